"""One authorization, shared by all tasks: who refreshes, and that nobody is locked out by it.

Where Backlog takes a refresh token only once, two tasks that use the same one would lock each other out. So tokens are
kept where all tasks find them, and tasks take turns: who wants to refresh writes a name of its own into a second place,
waits until what others write has arrived, and goes on if the name is still there (Fischer's algorithm, which needs no
more of a store than reading and writing). Should two get through all the same, the one that is refused takes what the
other has got.
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

# Seconds within which what a task writes can be read by all others.
SETTLE_SECONDS = 1.0
# Seconds between two looks at whose turn it is.
POLL_SECONDS = 0.5
# Seconds after which a turn that nobody has ended is another's: longer than the token endpoint may take.
TURN_TIMEOUT = 60.0
# Seconds to wait for what another task has got for the same refresh token.
REREAD_DELAYS = (0.0, 0.5, 1.0, 2.0, 4.0)
NOBODY = "-"


class TokenStore(Protocol):
    """A place that all tasks can read and write."""

    def read(self, name: str) -> str | None:
        """Return what was written last under a name; None where there is nothing."""

    def write(self, name: str, text: str, description: str) -> None:
        """Write a text under a name.

        :raises TokenStoreError: where that is not possible.
        """


class SharedTokens:
    """What one authorization has come to.

    :param app: as the connection names it.
    :param base_url: the space; its token endpoint alone is sent the app's secrets.
    :param store: where the tokens are kept for all tasks. They are named after the app and its first refresh token, so
        that a connection with a new one begins anew.
    :param mask: is told every token that there is, before anything else is done with it.
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
        self._held: Tokens | None = None
        self._unsaved = False
        for secret in (app.client_secret, app.refresh_token):
            mask(secret)

    def access_token(self, refused: str | None = None) -> str:
        """Return an access token that has not ended; refreshes at most once.

        :param refused: one that Backlog does not take, although it should not have ended.
        :raises BacklogError: as the token endpoint refuses, or where the new tokens cannot be kept.
        """
        if self._unsaved and self._held:
            self._save(self._held)
        if not _usable(self._held, refused):
            self._held = self._read() or self._held
        if not _usable(self._held, refused):
            self._held = self._renewed(refused)
        assert self._held  # noqa: S101 (the line before says so, to people)
        return self._held.access_token

    def _renewed(self, refused: str | None) -> Tokens:
        """Take a turn, and refresh; or what another task has got meanwhile."""
        mine = uuid.uuid4().hex
        while not self._has_turn(mine):
            if (tokens := self._read()) and _usable(tokens, refused):
                return tokens
        try:
            tokens = self._read() or self._held
            return tokens if tokens and _usable(tokens, refused) else self._refreshed(tokens, refused)
        finally:
            self._end_turn(mine)

    def _has_turn(self, mine: str) -> bool:
        """Whether it is this task's turn now; takes a look and waits as long as that needs."""
        if self._is_held():
            return False
        self._store.write(self._turn, mine, self._described("whose turn it is to refresh the tokens"))
        time.sleep(SETTLE_SECONDS)
        return self._store.read(self._turn) == mine

    def _is_held(self) -> bool:
        """Whether it is another's turn, who is alive; waits for a change, at most until he may be taken for dead."""
        holder = self._store.read(self._turn)
        if holder in {None, NOBODY}:
            return False
        since = time.monotonic()
        while time.monotonic() - since < TURN_TIMEOUT:
            time.sleep(POLL_SECONDS)
            if self._store.read(self._turn) != holder:
                return True
        return False

    def _end_turn(self, mine: str) -> None:
        try:
            if self._store.read(self._turn) == mine:
                self._store.write(self._turn, NOBODY, self._described("whose turn it is to refresh the tokens"))
        except TokenStoreError as error:
            log.warning("%s; the next task waits %.0f s before it refreshes", error, TURN_TIMEOUT)

    def _refreshed(self, tokens: Tokens | None, refused: str | None) -> Tokens:
        used = tokens.refresh_token if tokens else self._app.refresh_token
        try:
            new = refresh_tokens(self._app, used, self._base_url, verify=self._verify)
        except GrantError as error:
            return self._of_another(used, refused, error)
        self._save(new)
        return new

    def _of_another(self, used: str, refused: str | None, error: GrantError) -> Tokens:
        """Return what another task has got for the refresh token that was refused here."""
        for seconds in REREAD_DELAYS:
            time.sleep(seconds)
            tokens = self._read()
            if tokens and tokens.refresh_token != used:
                return tokens if _usable(tokens, refused) else self._refreshed(tokens, refused)
        raise error

    def _read(self) -> Tokens | None:
        tokens = Tokens.from_text(self._store.read(self._name))
        if tokens:
            self._masked(tokens)
        return tokens

    def _save(self, tokens: Tokens) -> None:
        self._masked(tokens)
        self._held, self._unsaved = tokens, True
        self._store.write(self._name, tokens.as_text(), self._described("tokens; they are refreshed as needed"))
        self._unsaved = False

    def _masked(self, tokens: Tokens) -> None:
        for secret in (tokens.access_token, tokens.refresh_token):
            self._mask(secret)

    def _described(self, what: str) -> str:
        return f"OAuth 2.0 of {self._base_url} for the app {self._app.client_id}: {what}"


def _usable(tokens: Tokens | None, refused: str | None) -> bool:
    return tokens is not None and tokens.access_token != refused and time.time() < tokens.ends
