"""Hash or drop personal data in records: names, mail addresses and other texts about people.

Numbers stay, so that rows can be joined by user id. Texts that people have written also stay.
"""

from __future__ import annotations

import hmac
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from backlog_provider.exceptions import ConfigurationError, ResponseError
from backlog_provider.model.instants import is_any_instant

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    PiiFilter: TypeAlias = Callable[[Any], Any]

KEEP, HASH, DROP = "keep", "hash", "drop"
MODES = (KEEP, HASH, DROP)
# With a secret that can be guessed, anyone can find the name of a hash by trying names.
MIN_SECRET_LENGTH = 16
HASH_CACHE_SIZE = 65_536

MAIL = "mailAddress"
# Fields whose value is a person (https://developer.nulab.com/docs/backlog/, each entity's own page).
PERSON_FIELDS = frozenset(
    {
        *("createdUser", "updatedUser", "assignee", "user", "users", "members", "sender", "presenter"),
        *("nulabAccount", MAIL),
    }
)
# Fields whose old and new values are people: names in change logs, ids in activities.
PERSON_CHANGE_FIELDS = frozenset({"assigner", "assignee", "notification"})
NAME_VALUE_FIELDS = frozenset({"newValue", "originalValue"})
ID_VALUE_FIELDS = frozenset({"new_value", "old_value"})
# Fields of a person that do not identify the person. Instants are recognised by their format.
NON_PERSONAL_FIELDS = frozenset({"lang"})
_SCALAR_TYPES = frozenset({str, int, float, bool, type(None)})


def pii_filter(mode: str, secret: str | None = None, *, named: str = "pii_secret") -> PiiFilter | None:
    """Return a function that returns a copy of a record without personal data; None if personal data is kept.

    A hash is the HMAC-SHA256 of a text, in hexadecimal. The same text and secret always give the same hash. Without the
    secret, nobody can find the text by trying names. The function raises ResponseError for a record that is nested too
    deeply.

    :param mode: ``keep``, ``hash``, or ``drop`` (which stores null).
    :param secret: the secret for ``hash``, at least 16 characters.
    :param named: the place where the secret is configured, for the error.
    :raises ConfigurationError: if the mode is unknown, or if ``hash`` has no valid secret.
    """
    check_mode(mode)
    if mode == KEEP:
        return None
    hide = _hasher(secret, named) if mode == HASH else _drop

    def protect(record: Any) -> Any:
        try:
            return _hide_in(record, hide)
        except RecursionError:
            raise ResponseError("a record is nested too deeply to look for people in it") from None

    return protect


def check_mode(mode: Any) -> None:
    """Check a mode.

    :param mode: the mode.
    :raises ConfigurationError: if the mode is unknown.
    """
    if mode not in MODES:
        raise ConfigurationError(f"pii: {mode!r} is none of {', '.join(map(repr, MODES))}")


def _hasher(secret: str | None, named: str) -> Callable[[str], str]:
    if not secret or len(secret) < MIN_SECRET_LENGTH:
        fault = f"has fewer than {MIN_SECRET_LENGTH} characters" if secret else "is missing"
        raise ConfigurationError(
            f"pii: hashes need a secret, and {named} {fault}; put a long random text there and leave it as it is: "
            "with another one, everybody has other hashes"
        )
    key = secret.encode()

    @lru_cache(HASH_CACHE_SIZE)
    def hash_text(text: str) -> str:
        return hmac.digest(key, text.encode(), "sha256").hex() if text else text

    return hash_text


def _drop(_: str) -> None:
    return None


def _hide_in(value: Any, hide: Callable[[str], Any]) -> Any:
    if isinstance(value, list):
        return [item if type(item) in _SCALAR_TYPES else _hide_in(item, hide) for item in value]
    if not isinstance(value, dict):
        return value
    if is_person(value):
        return _hide_person(value, hide)
    if value.get("field") in PERSON_CHANGE_FIELDS:
        return {name: _hide_change(name, inner, hide) for name, inner in value.items()}
    return {
        name: _hide_person(inner, hide)
        if name in PERSON_FIELDS
        else inner
        if type(inner) in _SCALAR_TYPES
        else _hide_in(inner, hide)
        for name, inner in value.items()
    }


def is_person(value: dict[str, Any]) -> bool:
    """Return whether an object is a person, recognised by fields that only people have.

    :param value: an object in a record.
    """
    return "roleType" in value or ("userId" in value and MAIL in value) or isinstance(value.get("nulabAccount"), dict)


def _hide_person(value: Any, hide: Callable[[str], Any]) -> Any:
    """Hide every text of a person, as an unknown field may also contain a name."""
    if isinstance(value, str):
        return value if is_any_instant(value) else hide(value)
    if isinstance(value, dict):
        return {
            name: inner if name in NON_PERSONAL_FIELDS else _hide_person(inner, hide) for name, inner in value.items()
        }
    if isinstance(value, list):
        return [_hide_person(item, hide) for item in value]
    return value


def _hide_change(name: str, value: Any, hide: Callable[[str], Any]) -> Any:
    is_id = name in ID_VALUE_FIELDS and isinstance(value, str) and value.isdigit()
    if name in NAME_VALUE_FIELDS or (name in ID_VALUE_FIELDS and not is_id):
        return _hide_person(value, hide)
    return value
