"""The numbers that a census reports."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass
class Findings:
    """How many records were listed, and how many rows of which class were not among them.

    :param listed: records that the space has.
    :param unknown: listed, but without a living row: loaded now.
    :param outdated: listed with a later version than their living row has: loaded now.
    :param deleted: rows that the feed tells the deletion of, or whose project is gone: marked, at the moment told.
    :param trashed: rows whose record is in the trash, without anything telling of it: marked, at the moment of the
        census.
    :param unobserved: rows of a live project that are gone without anything telling of it: marked, at the moment of the
        census.
    :param project_archived: rows of archived projects that are no longer listed: left alone.
    :param access_lost: rows of projects that the key's user no longer sees, or may no longer list: left alone.
    """

    listed: int = 0
    unknown: int = 0
    outdated: int = 0
    deleted: int = 0
    trashed: int = 0
    unobserved: int = 0
    project_archived: int = 0
    access_lost: int = 0

    def summary(self) -> dict[str, int]:
        """Return it as flat JSON."""
        return asdict(self)
