"""The numbers that a census reports."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass
class Findings:
    """How many records are listed, and how many rows of each class are not among them.

    :param listed: records that the space has.
    :param unknown: listed records without a living row: loaded now.
    :param outdated: listed records with a later version than their row: loaded now.
    :param deleted: rows whose deletion the feed reports, or whose project is gone: soft-deleted, with that time.
    :param trashed: rows whose record is in the trash, which nothing reports: soft-deleted, with the time of the census.
    :param unobserved: rows of a live project without a record, which nothing reports: soft-deleted, with the time of
        the census.
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
