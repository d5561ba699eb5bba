"""Share the tokens of one OAuth authorization among all tasks, with a lock for the refresh.

If Backlog accepts a refresh token only once, two tasks that use the same one lock each other out. So tokens are kept in
a shared store, and a task acquires a lock before it refreshes. The store can only read and write, so the lock is
Fischer's algorithm. A task writes its id into the lock, waits until the writes of others are visible, and holds the
lock if its id is still there. If two tasks refresh anyway, the refused one reads the tokens of the other.
"""

from __future__ import annotations

import logging
import time
import uuid
from typing import TYPE_CHECKING, Protocol

from backlog_provider.api.oauth import Tokens, refresh_tokens
from backlog_provider.exceptions import GrantError, TokenStoreError

if TYPE_CHECKING:
    from collections.abc import Callable

    from backlog_provider.api.oauth import App

log = logging.getLogger(__name__)

# Seconds until all tasks can read the write of another task.
SETTLE_SECONDS = 1.0
# Seconds between two reads of the lock.
POLL_SECONDS = 0.5
# Seconds after which a lock expires: longer than the timeouts of the token endpoint.
TURN_TIMEOUT = 60.0
# Seconds to wait before each read of the tokens that another task got for the same refresh token.
REREAD_DELAYS = (0.0, 0.5, 1.0, 2.0, 4.0)
NOBODY = "-"


class TokenStore(Protocol):
    """A store that all tasks can read and write."""

    def read(self, name: str) -> str | None:
        """Return the text that was last written under a name; None if there is none.

        :param name: the name.
        """

    def write(self, name: str, text: str, description: str) -> None:
        """Write a text under a name.

        :param name: the name.
        :param text: the text.
        :param description: a description of the text for users.
        :raises TokenStoreError: if the store refuses the write.
        """


class SharedTokens:
    """The tokens of one authorization, which all tasks share.

    :param app: the OAuth app of the connection.
    :param base_url: the address of the space. The app's secrets are sent only to its token endpoint.
    :param store: the shared store. The names in it depend on the app and its first refresh token, so a connection with
        a new refresh token starts again.
    :param verify: whether to check the space's certificate, or the path of a CA bundle.
    :param mask: masks a secret in logs. It is called with every secret and token before any other use.
    """

    def __init__(
        self,
        app: App,
        base_url: str,
        store: TokenStore,
        *,
        verify: bool | str = True,
        mask: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._app = app
        self._base_url = base_url
        self._verify = verify
        self._store = store
        self._mask = mask
        digest = app.digest(base_url)
        self._name, self._turn = f"backlog_oauth_token_{digest}", f"backlog_oauth_turn_{digest}"
        self._tokens: Tokens | None = None
        self._needs_save = False
        for secret in (app.client_secret, app.refresh_token):
            mask(secret)

    def access_token(self, refused: str | None = None) -> str:
        """Return a valid access token; refresh it at most once, if it has expired or was refused.

        :param refused: an access token that Backlog refused although it has not expired; None if there is none.
        :raises BacklogError: if the token endpoint refuses the refresh, or if the new tokens cannot be stored.
        """
        if self._needs_save and self._tokens:
            self._save(self._tokens)
        if not _is_usable(self._tokens, refused):
            self._tokens = self._read() or self._tokens
        if not _is_usable(self._tokens, refused):
            self._tokens = self._refresh_with_lock(refused)
        assert self._tokens  # noqa: S101 (for mypy: the lines above set it)
        return self._tokens.access_token

    def _refresh_with_lock(self, refused: str | None) -> Tokens:
        """Acquire the lock and refresh, or return the tokens that another task got meanwhile."""
        task_id = uuid.uuid4().hex
        while not self._has_turn(task_id):
            if (tokens := self._read()) and _is_usable(tokens, refused):
                return tokens
        try:
            tokens = self._read() or self._tokens
            return tokens if tokens and _is_usable(tokens, refused) else self._refresh(tokens, refused)
        finally:
            self._release_lock(task_id)

    def _has_turn(self, task_id: str) -> bool:
        """Try to acquire the lock once, and return whether this task holds it."""
        if self._is_held():
            return False
        self._store.write(self._turn, task_id, self._description("whose turn it is to refresh the tokens"))
        time.sleep(SETTLE_SECONDS)
        return self._store.read(self._turn) == task_id

    def _is_held(self) -> bool:
        """Return whether another task holds the lock, after waiting until the lock changes or expires."""
        holder = self._store.read(self._turn)
        if holder in {None, NOBODY}:
            return False
        since = time.monotonic()
        while time.monotonic() - since < TURN_TIMEOUT:
            time.sleep(POLL_SECONDS)
            if self._store.read(self._turn) != holder:
                return True
        return False

    def _release_lock(self, task_id: str) -> None:
        try:
            if self._store.read(self._turn) == task_id:
                self._store.write(self._turn, NOBODY, self._description("whose turn it is to refresh the tokens"))
        except TokenStoreError as error:
            log.warning("%s; the next task waits %.0f s before it refreshes", error, TURN_TIMEOUT)

    def _refresh(self, tokens: Tokens | None, refused: str | None) -> Tokens:
        used = tokens.refresh_token if tokens else self._app.refresh_token
        try:
            new = refresh_tokens(self._app, used, self._base_url, verify=self._verify)
        except GrantError as error:
            return self._tokens_of_other_task(used, refused, error)
        self._save(new)
        return new

    def _tokens_of_other_task(self, used: str, refused: str | None, error: GrantError) -> Tokens:
        """Return the tokens that another task got for the refresh token that was refused here."""
        for seconds in REREAD_DELAYS:
            time.sleep(seconds)
            tokens = self._read()
            if tokens and tokens.refresh_token != used:
                return tokens if _is_usable(tokens, refused) else self._refresh(tokens, refused)
        raise error

    def _read(self) -> Tokens | None:
        tokens = Tokens.from_text(self._store.read(self._name))
        if tokens:
            self._mask_tokens(tokens)
        return tokens

    def _save(self, tokens: Tokens) -> None:
        self._mask_tokens(tokens)
        self._tokens, self._needs_save = tokens, True
        self._store.write(self._name, tokens.as_text(), self._description("tokens; they are refreshed as needed"))
        self._needs_save = False

    def _mask_tokens(self, tokens: Tokens) -> None:
        for secret in (tokens.access_token, tokens.refresh_token):
            self._mask(secret)

    def _description(self, what: str) -> str:
        return f"OAuth 2.0 of {self._base_url} for the app {self._app.client_id}: {what}"


def _is_usable(tokens: Tokens | None, refused: str | None) -> bool:
    return tokens is not None and tokens.access_token != refused and time.time() < tokens.ends
