"""The activity feed: of the space, of a project, of a user, and one by one.

Source: https://developer.nulab.com/docs/backlog/api/2/get-recent-updates/
"""

from __future__ import annotations

from bisect import bisect_left
from datetime import timedelta
from operator import attrgetter
from typing import TYPE_CHECKING

from backlog_emulator.api.users import user_of
from backlog_emulator.errors import no_resource
from backlog_emulator.paging import id_page
from backlog_emulator.shapes import with_notifications

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from backlog_emulator.call import Call, Endpoint, Truth
    from backlog_emulator.records import Activity


def remembered(call: Call) -> Sequence[Activity]:
    """The feed as far back as switch `feed_days` lets it reach, oldest first."""
    space, days = call.space, call.space.switches.feed_days
    if not days:
        return space.activities
    first = bisect_left(space.activities, space.now - timedelta(days=days), key=attrgetter("created"))
    return space.activities[first:]


def visible_to(call: Call) -> Callable[[Activity], bool]:
    """The test of what the caller may see: activities of the projects that he has joined."""
    space = call.space
    if call.user.role_type == 1 and space.switches.feed_shows_unjoined:
        return lambda _: True
    joined = set(space.projects_of(call.user))
    return lambda activity: activity.project in joined


def _page(call: Call, belongs: Callable[[Activity], bool]) -> bytes:
    types, visible = call.query.integers("activityTypeId[]"), visible_to(call)
    page = id_page(
        remembered(call),
        call.query,
        call.space.switches,
        lambda activity: (not types or activity.type in types) and belongs(activity) and visible(activity),
    )
    return call.listed(page)


def _all(call: Call) -> Iterable[Activity]:
    return filter(visible_to(call), remembered(call))


def _of_space(call: Call) -> bytes:
    return _page(call, lambda _: True)


def _of_project(call: Call) -> bytes:
    project = call.project()
    return _page(call, lambda activity: activity.project is project)


def _of_user(call: Call) -> bytes:
    user = user_of(call)
    return _page(call, lambda activity: activity.created_user is user)


def _activity(call: Call) -> bytes:
    feed, name, visible = remembered(call), call.path["activity"], visible_to(call)
    place = bisect_left(feed, int(name), key=attrgetter("id")) if name.isdecimal() else len(feed)
    if place == len(feed) or str(feed[place].id) != name or not visible(feed[place]):
        raise no_resource("No activity.")
    return call.body(with_notifications(feed[place]))


ENDPOINTS: dict[str, Endpoint] = {
    "/space/activities": _of_space,
    "/activities/{activity}": _activity,
    "/projects/{project}/activities": _of_project,
    "/users/{user}/activities": _of_user,
}

TRUTHS: dict[str, Truth] = {"activities": _all, "project_activities": _all}
