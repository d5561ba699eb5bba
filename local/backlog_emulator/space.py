"""The space: all records, its clock, and everything that can happen to it as methods."""

from __future__ import annotations

from random import Random
from threading import RLock
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from backlog_emulator.bodies import Bodies
from backlog_emulator.changes import bulk, comments, issues, members, settings, updates
from backlog_emulator.records import Activity, Issue, Notification, Project, User
from backlog_emulator.shapes import SHAPES
from backlog_emulator.work import advance

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from starlette.requests import Request

    from backlog_emulator.switches import Switches

# Ids begin here, so that they look like those of a service with many customers.
_FIRST_IDS = {"issue": 51_200_000, "comment": 407_300_000, "activity": 612_450_000, "project": 240_100}


class Space:
    """All that a space holds. It changes by its methods only, which write the feed as well.

    One thread at a time may use it: the server holds `lock` while it answers, so take it to change a served space.
    """

    name = "空と海の工房 / Sora & Umi Works"
    key = "soraumi"
    lang = "ja"
    zone = ZoneInfo("Asia/Tokyo")

    create_issue = issues.create_issue
    delete_issue = issues.delete_issue
    attach_file = issues.attach_file
    star_issue = issues.star_issue
    update_issue = updates.update_issue
    bulk_update = bulk.bulk_update
    add_comment = comments.add_comment
    edit_comment = comments.edit_comment
    delete_comment = comments.delete_comment
    add_members = members.add_members
    remove_member = members.remove_member
    update_user = members.update_user
    delete_user = members.delete_user
    add_version = settings.add_version
    update_version = settings.update_version
    delete_version = settings.delete_version
    archive_project = settings.archive_project
    advance = advance

    def __init__(self, *, seed: int, switches: Switches, now: datetime) -> None:
        self.rng = Random(seed)
        self.switches = switches
        self.now = self.created = now
        self.users: dict[int, User] = {}
        self.projects: dict[int, Project] = {}
        self.issues: dict[int, Issue] = {}
        self.issues_by_key: dict[str, Issue] = {}
        self.activities: list[Activity] = []
        self.bodies = Bodies(SHAPES, switches)
        self.revision = 0
        self.lock = RLock()
        self.before_request: Callable[[Request], None] | None = None
        self._last_ids: dict[str, int] = {}

    @property
    def owner(self) -> User:
        """The first user: administrator and member of every project. The default key is his."""
        return next(iter(self.users.values()))

    def next_id(self, kind: str) -> int:
        """A new id, greater than all earlier ones of its kind; some numbers are left out."""
        last = self._last_ids.get(kind) or _FIRST_IDS.get(kind, 1000)
        self._last_ids[kind] = new = last + (1 if self.rng.random() < 0.8 else 3)
        return new

    def record(
        self,
        kind: int,
        project: Project,
        content: dict[str, Any],
        by: User,
        notified: tuple[Notification, ...] = (),
    ) -> Activity:
        """Write an activity of type `kind` into the feed, now."""
        activity = Activity(self.next_id("activity"), project, kind, content, by, self.now, notified)
        self.activities.append(activity)
        return activity

    def notify(self, user: User | None, reason: int, by: User) -> tuple[Notification, ...]:
        """Word to one user about what somebody else did; nobody is told of his own doings."""
        if user is None or user is by or user.deleted:
            return ()
        return (Notification(self.next_id("notification"), reason, user),)

    def touch(self, issue: Issue, by: User) -> None:
        """An issue changed: its `updated` moves to now."""
        issue.updated, issue.updated_user = self.now, by
        self.altered(issue)

    def altered(self, record: object) -> None:
        """The body of one record changed."""
        self.bodies.forget(record)
        self.revision += 1

    def altered_widely(self) -> None:
        """Something changed that other records contain."""
        self.bodies.forget_all()
        self.revision += 1

    def projects_of(self, user: User) -> list[Project]:
        """The projects that a user has joined."""
        return [project for project in self.projects.values() if user in project.members]

    def switch(self, **values: Any) -> None:
        """Set switches; ValueError names a wrong one."""
        self.switches.change(**values)
        self.altered_widely()
