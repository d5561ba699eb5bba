"""Everything about Backlog that nobody has documented, as switches; each says what is not known."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, Literal, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def _unknown(what: str) -> dict[str, str]:
    return {"unknown": what}


@dataclass
class Switches:
    """How this emulator decides what the documentation leaves open, and four things no real space has.

    Change them with `change`, which checks the values.
    """

    min_id: Literal["exclusive", "inclusive"] = field(
        default="exclusive", metadata=_unknown("whether minId itself belongs to the page")
    )
    max_id: Literal["exclusive", "inclusive"] = field(
        default="exclusive", metadata=_unknown("whether maxId itself belongs to the page")
    )
    filter_zone: str = field(
        default="space",
        metadata=_unknown("the zone in which a filter's day begins: `space` or an IANA name such as UTC"),
    )
    day_encoding: Literal["utc", "japan"] = field(
        default="utc", metadata=_unknown("whether a day is written as midnight in UTC or midnight in Japan")
    )
    rate_window: Literal["anchored", "fixed"] = field(
        default="anchored",
        metadata=_unknown("whether a rate window starts at a first request or on the clock"),
    )
    window_seconds: int = field(default=60, metadata=_unknown("nothing: one minute; shorter is for tests"))
    limit_read: int = field(default=600, metadata=_unknown("reads per window in a plan other than the example"))
    limit_search: int = field(default=150, metadata=_unknown("searches per window in another plan"))
    limit_update: int = field(default=150, metadata=_unknown("updates per window in another plan"))
    limit_icon: int = field(default=60, metadata=_unknown("icons per window in another plan"))
    rate_limit_counts: bool = field(default=True, metadata=_unknown("whether GET /rateLimit costs a read"))
    status_licence: int = field(default=403, metadata=_unknown("the HTTP status of error code 2"))
    status_licence_expired: int = field(default=403, metadata=_unknown("the HTTP status of error code 3"))
    status_access_denied: int = field(default=403, metadata=_unknown("the HTTP status of error code 4"))
    status_unauthorized: int = field(default=403, metadata=_unknown("the HTTP status of error code 5"))
    status_invalid: int = field(default=400, metadata=_unknown("the HTTP status of error code 7"))
    status_over_capacity: int = field(default=400, metadata=_unknown("the HTTP status of error code 8"))
    status_overflow: int = field(default=400, metadata=_unknown("the HTTP status of error code 9"))
    status_too_large: int = field(default=413, metadata=_unknown("the HTTP status of error code 10"))
    status_mfa: int = field(default=403, metadata=_unknown("the HTTP status of error code 12"))
    over_count: Literal["error", "clamp"] = field(
        default="error", metadata=_unknown("whether count > 100 is an error or means 100")
    )
    max_offset: int = field(default=0, metadata=_unknown("the greatest offset that is no error; 0 means any"))
    default_sort: Literal["updated", "created"] = field(
        default="updated", metadata=_unknown("what /issues sorts by when it is not told, always descending")
    )
    tie_break: Literal["same", "ascending", "descending"] = field(
        default="same",
        metadata=_unknown("the order of ids among equal sort keys; `same` as the order asked for"),
    )
    feed_days: int = field(default=0, metadata=_unknown("after how many days the feed forgets; 0 means never"))
    feed_shows_unjoined: bool = field(
        default=False,
        metadata=_unknown("whether /space/activities tells an administrator of unjoined projects"),
    )
    deleted_user: Literal["null", "placeholder"] = field(
        default="null", metadata=_unknown("what stands in a record for a user who was deleted")
    )
    comment_edit_moves_updated: bool = field(
        default=False, metadata=_unknown("whether editing a comment moves its issue's `updated`")
    )
    unjoined_project: Literal[404, 403] = field(
        default=404, metadata=_unknown("what a project answers to a caller who has not joined it")
    )
    status_delete_moves_updated: bool = field(
        default=False, metadata=_unknown("whether deleting a status moves the `updated` of its issues")
    )
    parent_loss_moves_updated: bool = field(
        default=True,
        metadata=_unknown("whether an issue's `updated` moves when its parent is deleted or moves away"),
    )
    move_in_feed: Literal["updated", "deleted_and_created"] = field(
        default="updated", metadata=_unknown("how the feed tells that an issue moved to another project")
    )
    administrator_reads_unjoined: bool = field(
        default=False,
        metadata=_unknown("whether an administrator can read /projects/:id and the settings of unjoined projects"),
    )
    star_moves_updated: bool = field(
        default=False, metadata=_unknown("whether giving or taking a star moves the `updated` of its issue")
    )
    archived_listed: bool = field(
        default=True, metadata=_unknown("whether /issues covers archived projects that it was not asked for")
    )
    wiki_history_ids: Literal["version", "hidden"] = field(
        default="version",
        metadata=_unknown("whether minId and maxId of a wiki's history mean versions, or ids that bodies do not show"),
    )
    trashed_listed: bool = field(
        default=False, metadata=_unknown("whether documents in the trash are listed and counted")
    )
    document_json: Literal["string", "object"] = field(
        default="string", metadata=_unknown("whether a document's `json` is a text or an object")
    )
    custom_field_order: Literal["absent", "sent"] = field(
        default="absent", metadata=_unknown("whether a custom field's definition has its displayOrder")
    )
    document_talk_moves_updated: bool = field(
        default=False, metadata=_unknown("whether comments and replies move a document's `updated`")
    )
    document_of_comment: Literal["id", "documentId", "document.id", "none"] = field(
        default="id",
        metadata=_unknown(
            "where activities 40 to 45 name the document; unless in `id`, that is the comment's or reply's"
        ),
    )
    relation_moves_updated: bool = field(
        default=True, metadata=_unknown("whether relating two issues shows in their `updated` and the feed")
    )
    close_at: Literal["string", "milliseconds"] = field(
        default="string", metadata=_unknown("whether closeAt and mergeAt are texts or milliseconds since 1970")
    )
    pull_request_order: Literal["newest", "oldest", "updated"] = field(
        default="newest", metadata=_unknown("the order in which pull requests are listed")
    )
    activity_21: Literal["merged", "deleted"] = field(
        default="merged", metadata=_unknown("whether activity 21 means a merged or a deleted pull request")
    )
    directory_size: Literal["null", "absent"] = field(
        default="null", metadata=_unknown("whether a directory has a size of null or none")
    )
    team_order: Literal["id", "name", "updated"] = field(default="id", metadata=_unknown("what teams are sorted by"))
    others_watchings: bool = field(
        default=True, metadata=_unknown("whether one can read what others watch; else it is error 5")
    )
    refresh_again: Literal["never", "briefly", "always"] = field(
        default="never",
        metadata=_unknown("whether a refresh token may be used again; unless it always may, each use brings another"),
    )
    refresh_grace_seconds: int = field(default=30, metadata=_unknown("for how long it may, where that is `briefly`"))
    status_token_refused: int = field(
        default=400, metadata=_unknown("the HTTP status with which the token endpoint refuses")
    )
    access_token_seconds: int = field(default=3600, metadata=_unknown("nothing: an hour; shorter is for tests"))
    delete_share: float = field(
        default=0.0,
        metadata=_unknown("nothing: issues deleted for each one created when the clock is advanced"),
    )
    latency_ms: int = field(default=0, metadata=_unknown("nothing: how long every API request takes at least"))

    def change(self, **values: Any) -> None:
        """Set several switches at once, or none: ValueError names the switch and what it takes."""
        kinds = get_type_hints(Switches)
        for name, value in values.items():
            if name not in kinds:
                raise ValueError(f"no switch {name!r}; there are: {', '.join(sorted(kinds))}")
            _check(name, kinds[name], value)
        for name, value in values.items():
            setattr(self, name, value)


def _check(name: str, kind: Any, value: Any) -> None:
    if get_origin(kind) is Literal:
        options = get_args(kind)
        if value not in options:
            raise ValueError(f"switch {name} takes {' or '.join(map(str, options))}, not {value!r}")
    elif name == "filter_zone":
        _check_zone(value)
    elif not _is_a(kind, value):
        raise ValueError(f"switch {name} takes {_WORDS[kind]}, not {value!r}")


_WORDS = {bool: "true or false", int: "a whole number from 0", float: "a number from 0"}


def _is_a(kind: type, value: Any) -> bool:
    if kind is bool or isinstance(value, bool):
        return kind is bool and isinstance(value, bool)
    return isinstance(value, int if kind is int else int | float) and value >= 0


def _check_zone(value: Any) -> None:
    try:
        known = value == "space" or bool(ZoneInfo(value))
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        known = False
    if not known:
        raise ValueError(f"switch filter_zone takes space or an IANA zone such as Asia/Tokyo, not {value!r}")


def documented() -> dict[str, str]:
    """Every switch with what is unknown about it."""
    return {each.name: each.metadata["unknown"] for each in fields(Switches)}
