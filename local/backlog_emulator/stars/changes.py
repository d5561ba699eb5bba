"""Stars are given and taken back. Nothing of it is in the feed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backlog_emulator.changes.ends import end
from backlog_emulator.git.records import PullRequest
from backlog_emulator.records import Issue, Star
from backlog_emulator.stars.records import Gift, Subject, thing

if TYPE_CHECKING:
    from backlog_emulator.records import User
    from backlog_emulator.space import Space
    from backlog_emulator.wikis.records import Wiki


def give_star(space: Space, subject: Subject, *, comment: str | None = None, by: User | None = None) -> Star:
    """Give a star to whoever made something. Switch `star_moves_updated` moves an issue that gets one."""
    by = by or space.owner
    url, title = _address(space, thing(subject))
    star = Star(space.next_id("star"), url, title, by, space.now, comment)
    subject.stars += (star,)
    space.stars[star.id] = Gift(star, subject.created_user, subject)
    if isinstance(subject, Issue) and space.switches.star_moves_updated:
        space.touch(subject, by)
    space.altered(subject)
    return star


def take_star(space: Space, star: Star) -> None:
    """Take a star back. Switch `star_moves_updated` moves an issue that loses one."""
    gift = space.stars.pop(star.id)
    gift.subject.stars = tuple(other for other in gift.subject.stars if other is not star)
    if isinstance(gift.subject, Issue) and space.switches.star_moves_updated:
        space.touch(gift.subject, star.presenter)
    space.altered(gift.subject)
    end(space, "stars", star, userId=gift.receiver.id)
    if isinstance(gift.subject, PullRequest):
        number, repository = gift.subject.number, gift.subject.repository
        end(space, "pull_request_stars", star, repositoryId=repository.id, pullRequestNumber=number)


def _address(space: Space, held: Issue | Wiki | PullRequest) -> tuple[str, str]:
    """The page of a thing, and its title."""
    host, key = f"https://{space.key}.backlog.example", held.project.key
    if isinstance(held, Issue):
        return f"{host}/view/{held.key}", f"[{held.key}] {held.summary} | Backlog"
    if isinstance(held, PullRequest):
        path = f"git/{key}/{held.repository.name}/pullRequests/{held.number}"
        return f"{host}/{path}", f"[{key}] {held.summary} | Backlog"
    return f"{host}/alias/wiki/{held.id}", f"[{key}] {held.name} | Wiki - Backlog"
