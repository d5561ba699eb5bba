"""Bodies of a user's notifications. What has been deleted since is null in them.

Source: https://developer.nulab.com/docs/backlog/api/2/get-notification/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backlog_emulator.documents.records import Reply
from backlog_emulator.documents.shapes import document
from backlog_emulator.git.shapes import pull_request

if TYPE_CHECKING:
    from collections.abc import Callable

    from backlog_emulator.notifications.records import Notice
    from backlog_emulator.records import Activity
    from backlog_emulator.space import Space

_ISSUES, _PULL_REQUESTS, _DOCUMENTS = (1, 2, 3, 17), (18, 19, 20, 21), (36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46)


def notice(notice: Notice, space: Space) -> dict[str, Any]:
    """A notification of the caller's."""
    told, activity = notice.notification, notice.activity
    subject: dict[str, Any] = {
        "issue": None,
        "comment": None,
        "repository": None,
        "pullRequest": None,
        "pullRequestComment": None,
    }
    subject |= next((about(activity, space) for kinds, about in _ABOUT.items() if activity.type in kinds), {})
    return {
        "id": told.id,
        "alreadyRead": told.already_read,
        "reason": told.reason,
        "resourceAlreadyRead": told.resource_already_read,
        "project": activity.project,
        **subject,
        "sender": activity.created_user,
        "created": activity.created,
    }


def _issue(activity: Activity, space: Space) -> dict[str, Any]:
    issue = space.issues.get(activity.content["id"])
    return {"issue": issue, "comment": _said(activity, issue.comments) if issue else None}


def _pull_request(activity: Activity, space: Space) -> dict[str, Any]:
    found = space.pull_requests.get(activity.content["id"])
    if found is None:
        return {}
    return {
        "repository": found.repository,
        "pullRequest": pull_request(found, space.switches),
        "pullRequestComment": _said(activity, found.comments),
    }


def _document(activity: Activity, space: Space) -> dict[str, Any]:
    found = space.documents.get(activity.content["id"])
    said = activity.about
    reply = said if isinstance(said, Reply) else None
    comment = reply.comment if reply else said
    comments = found.comments if found else ()
    return {
        "document": document(found, space.switches) if found else None,
        "documentComment": comment if comment in comments else None,
        "documentCommentReply": reply if reply and comment in comments and reply in reply.comment.replies else None,
    }


def _said(activity: Activity, comments: tuple[Any, ...]) -> object:
    number = (activity.content.get("comment") or {}).get("id")
    return next((comment for comment in comments if comment.id == number), None)


_ABOUT: dict[tuple[int, ...], Callable[[Activity, Space], dict[str, Any]]] = {
    _ISSUES: _issue,
    _PULL_REQUESTS: _pull_request,
    _DOCUMENTS: _document,
}
