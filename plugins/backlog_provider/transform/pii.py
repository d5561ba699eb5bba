"""People, made unrecognisable: what names somebody in a record, wherever it stands, is hashed or left out.

Numbers stay, so that rows can be joined by the ids of people, and so does what people have written.
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
# A secret that can be guessed makes every name guessable.
MIN_SECRET_LENGTH = 16
REMEMBERED = 65_536

MAIL = "mailAddress"
# Where somebody stands (https://developer.nulab.com/docs/backlog/, each entity's own page).
PLACES = frozenset(
    {
        *("createdUser", "updatedUser", "assignee", "user", "users", "members", "sender", "presenter"),
        *("nulabAccount", MAIL),
    }
)
# Fields whose old and new values, in change logs and activities, are people: names in the one, ids in the other.
FIELDS = frozenset({"assigner", "assignee", "notification"})
NAMED_BY = frozenset({"newValue", "originalValue"})
NUMBERED_BY = frozenset({"new_value", "old_value"})
# What somebody's texts say beside who it is; and moments, by their form.
HARMLESS = frozenset({"lang"})
_PLAIN = frozenset({str, int, float, bool, type(None)})


def pii_filter(mode: str, secret: str | None = None, *, named: str = "pii_secret") -> PiiFilter | None:
    """Return what makes the people in a record unrecognisable, and returns a new record; None where they are kept.

    A hash is the HMAC-SHA256 of a text, in hexadecimal: the same text has the same hash wherever it stands, for as long
    as the secret is the same, and nobody without the secret can tell it by trying names.

    :param mode: ``keep``, ``hash``, or ``drop``, which leaves null.
    :param named: where the secret is looked for, for the error.
    :raises ConfigurationError: for another mode, and where hashes lack a secret.
    """
    check_mode(mode)
    if mode == KEEP:
        return None
    hide = _hasher(secret, named) if mode == HASH else _nothing

    def protect(record: Any) -> Any:
        try:
            return _filtered(record, hide)
        except RecursionError:
            raise ResponseError("a record is nested too deeply to look for people in it") from None

    return protect


def check_mode(mode: Any) -> None:
    """Check a mode.

    :raises ConfigurationError: where there is no such one.
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

    @lru_cache(REMEMBERED)
    def hashed(text: str) -> str:
        return hmac.digest(key, text.encode(), "sha256").hex() if text else text

    return hashed


def _nothing(_: str) -> None:
    return None


def _filtered(value: Any, hide: Callable[[str], Any]) -> Any:
    if isinstance(value, list):
        return [item if type(item) in _PLAIN else _filtered(item, hide) for item in value]
    if not isinstance(value, dict):
        return value
    if is_person(value):
        return _person(value, hide)
    if value.get("field") in FIELDS:
        return {name: _changed(name, inner, hide) for name, inner in value.items()}
    return {
        name: _person(inner, hide) if name in PLACES else inner if type(inner) in _PLAIN else _filtered(inner, hide)
        for name, inner in value.items()
    }


def is_person(value: dict[str, Any]) -> bool:
    """Return whether an object is somebody, wherever it stands: by what only people have."""
    return "roleType" in value or ("userId" in value and MAIL in value) or isinstance(value.get("nulabAccount"), dict)


def _person(value: Any, hide: Callable[[str], Any]) -> Any:
    """Hide every text of somebody: what is not known yet may be a name as well."""
    if isinstance(value, str):
        return value if is_any_instant(value) else hide(value)
    if isinstance(value, dict):
        return {name: inner if name in HARMLESS else _person(inner, hide) for name, inner in value.items()}
    if isinstance(value, list):
        return [_person(item, hide) for item in value]
    return value


def _changed(name: str, value: Any, hide: Callable[[str], Any]) -> Any:
    is_id = name in NUMBERED_BY and isinstance(value, str) and value.isdigit()
    if name in NAMED_BY or (name in NUMBERED_BY and not is_id):
        return _person(value, hide)
    return value
