"""What a star was given for, and to whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from backlog_emulator.git.records import PullRequest, PullRequestComment
from backlog_emulator.records import Comment, Issue
from backlog_emulator.wikis.records import Wiki

if TYPE_CHECKING:
    from backlog_emulator.records import Project, Star, User
    from backlog_emulator.space import Space

Subject = Issue | Comment | Wiki | PullRequest | PullRequestComment


class Gift(NamedTuple):
    """A star, the user who received it, and what he received it for."""

    star: Star
    receiver: User
    subject: Subject

    @property
    def id(self) -> int:
        """The id of the star."""
        return self.star.id

    @property
    def project(self) -> Project:
        """Where the subject is."""
        return thing(self.subject).project

    def lasts(self, space: Space) -> bool:
        """Whether its subject is still there."""
        return _is_there(self.subject, space)


def _is_there(subject: Subject, space: Space) -> bool:
    if isinstance(subject, Comment):
        return subject in subject.issue.comments and _is_there(subject.issue, space)
    if isinstance(subject, PullRequestComment):
        return _is_there(subject.pull_request, space)
    if isinstance(subject, PullRequest):
        return subject.id in space.pull_requests
    return subject.id in (space.issues if isinstance(subject, Issue) else space.wikis)


def thing(subject: Subject) -> Issue | Wiki | PullRequest:
    """The issue or pull request of a comment, anything else itself."""
    if isinstance(subject, Comment):
        return subject.issue
    return subject.pull_request if isinstance(subject, PullRequestComment) else subject
