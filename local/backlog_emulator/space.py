"""The space: all records, its clock, and everything that can happen to it as methods."""

from __future__ import annotations

from contextlib import contextmanager
from random import Random
from threading import RLock
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from backlog_emulator.bodies import Bodies
from backlog_emulator.changes import (
    bulk,
    comments,
    issues,
    lists,
    members,
    moves,
    parts,
    projects,
    settings,
    statuses,
    updates,
)
from backlog_emulator.defaults import LICENCE
from backlog_emulator.families import SHAPES as FAMILY_SHAPES
from backlog_emulator.graves import Graves
from backlog_emulator.notifications.records import Notice
from backlog_emulator.records import Activity, Issue, Notification, Project, User
from backlog_emulator.shapes import SHAPES
from backlog_emulator.stars.changes import give_star
from backlog_emulator.work import advance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from starlette.requests import Request

    from backlog_emulator.documents.records import Document
    from backlog_emulator.files.records import SharedFile
    from backlog_emulator.git.records import PullRequest, Repository
    from backlog_emulator.stars.records import Gift
    from backlog_emulator.switches import Switches
    from backlog_emulator.teams.records import Team
    from backlog_emulator.watchings.records import Watching
    from backlog_emulator.webhooks.records import Webhook
    from backlog_emulator.wikis.records import Wiki
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
    star_issue = give_star
    detach_file = parts.detach_file
    relate_issues = parts.relate_issues
    part_issues = parts.part_issues
    move_issue = moves.move_issue
    restore_issue = moves.restore_issue
    update_issue = updates.update_issue
    bulk_update = bulk.bulk_update
    add_comment = comments.add_comment
    edit_comment = comments.edit_comment
    delete_comment = comments.delete_comment
    add_members = members.add_members
    remove_member = members.remove_member
    add_administrator = members.add_administrator
    remove_administrator = members.remove_administrator
    update_user = members.update_user
    delete_user = members.delete_user
    add_version = settings.add_version
    update_version = settings.update_version
    delete_version = settings.delete_version
    add_status = statuses.add_status
    delete_status = statuses.delete_status
    add_issue_type = lists.add_issue_type
    delete_issue_type = lists.delete_issue_type
    add_category = lists.add_category
    delete_category = lists.delete_category
    add_custom_field = lists.add_custom_field
    delete_custom_field = lists.delete_custom_field
    rename = lists.rename
    update_project = projects.update_project
    archive_project = projects.archive_project
    unarchive_project = projects.unarchive_project
    delete_project = projects.delete_project
    advance = advance

    def __init__(self, *, seed: int, switches: Switches, now: datetime) -> None:
        self.rng = Random(seed)
        self._apart = Random(f"{seed} apart")
        # For scripted choices, so that they leave the work of `advance` as it is.
        self.dice: Random = Random(f"{seed} dice")
        self.switches: Switches = switches
        self.now = self.created = now
        self.users: dict[int, User] = {}
        self.projects: dict[int, Project] = {}
        self.issues: dict[int, Issue] = {}
        self.issues_by_key: dict[str, Issue] = {}
        self.activities: list[Activity] = []
        self.wikis: dict[int, Wiki] = {}
        self.documents: dict[str, Document] = {}
        self.repositories: dict[int, Repository] = {}
        self.pull_requests: dict[int, PullRequest] = {}
        self.shared_files: dict[int, SharedFile] = {}
        self.teams: dict[int, Team] = {}
        self.webhooks: dict[int, Webhook] = {}
        self.stars: dict[int, Gift] = {}
        self.watchings: dict[int, Watching] = {}
        self.notices: dict[User, list[Notice]] = {}
        # The body of `/space/notification`.
        self.announcement: dict[str, Any] = {"content": "", "updated": now}
        # The body of `/space/licence`; features hang on its flags.
        self.licence: dict[str, Any] = dict(LICENCE)
        self.graves = Graves()
        self.bodies = Bodies({**SHAPES, **FAMILY_SHAPES}, switches)
        self.revision = 0
        self.lock = RLock()
        self.before_request: Callable[[Request], None] | None = None
        self._last_ids: dict[str, int] = {}

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Take the second source of chance meanwhile, so that the first one goes on as if nothing had happened."""
        usual, self.rng = self.rng, self._apart
        try:
            yield
        finally:
            self.rng = usual

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
        *,
        about: object = None,
    ) -> Activity:
        """Write an activity of type `kind` into the feed, now."""
        activity = Activity(self.next_id("activity"), project, kind, content, by, self.now, notified, about)
        self.activities.append(activity)
        for notification in notified:
            self.notices.setdefault(notification.user, []).append(Notice(notification, activity))
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
        return [project for project in self.projects.values() if project.has(user)]

    def switch(self, **values: Any) -> None:
        """Set switches; ValueError names a wrong one."""
        self.switches.change(**values)
        self.altered_widely()
