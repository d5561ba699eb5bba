"""Endpoints that are about the same things: what may happen to these, and what of it no increment can see."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st
from tests.moving.scripts import FIRST, LAST, OWNER, PEOPLE, PROJECTS, WORDS, op

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy
    from tests.moving.scripts import Edit, Nth


@dataclass(frozen=True)
class Family:
    """Endpoints, and what happens to their records.

    :param endpoints: in the order of the DAGs, with those that tell of their deletions.
    :param edits: what an increment finds.
    :param unseen: what the API says nothing of: found by a full refresh. Each with its reason beside it.
    :param matches: beginnings of the paths that are asked for.
    :param flag: what a project may switch off.
    :param may_end: which projects may be deleted.
    :param switches: what nobody knows of the API, and what it may be.
    """

    endpoints: tuple[str, ...]
    edits: SearchStrategy[Edit]
    matches: tuple[str, ...]
    unseen: SearchStrategy[Edit] = field(default_factory=st.nothing)
    flag: str | None = None
    may_end: SearchStrategy[Nth] = PROJECTS
    switches: dict[str, tuple[Any, ...]] = field(default_factory=dict)

    @property
    def rare(self) -> SearchStrategy[Edit]:
        """What happens to whole projects."""
        deletion = op("delete_project", project=self.may_end)
        return PROJECT_EDITS | deletion | (_flags(self.flag) if self.flag else st.nothing())


TIME = op("advance", seconds=st.sampled_from([1, 30, 61, 90_000]))
PROJECT_EDITS = st.one_of(
    op("remove_member", project=PROJECTS, user=OWNER),
    op("add_member", project=PROJECTS, user=OWNER),
    op("archive_project", project=PROJECTS),
    op("unarchive_project", project=PROJECTS),
    op("update_project", project=PROJECTS, fields=st.just({"name": "renamed {n}"})),
)


def _flags(flag: str) -> SearchStrategy[Edit]:
    return op("update_project", project=PROJECTS, fields=st.booleans().map(lambda is_on: {flag: is_on}))


FEED = {
    "min_id": ("exclusive", "inclusive"),
    "max_id": ("exclusive", "inclusive"),
    "unjoined_project": (404, 403),
    "feed_shows_unjoined": (False, True),
}

FAMILIES = {
    "wikis": Family(
        endpoints=("projects", "wikis", "wiki_history", "wiki_attachments", "activities"),
        edits=st.one_of(
            op("create_wiki", project=PROJECTS, name="new {n}", content="text", tags=["tag"]),
            op("update_wiki", wiki=WORDS, fields=st.just({"content": "changed {n}"})),
            op("update_wiki", wiki=WORDS, fields=st.just({"name": "renamed {n}", "tags": ["another"]})),
            op("delete_wiki", wiki=WORDS),
            op("attach_to_wiki", wiki=WORDS, name="{n}.txt"),
            op("detach_from_wiki", wiki=WORDS, attachment=WORDS),
            TIME,
        ),
        # Neither of them is an activity, or moves ``updated``.
        unseen=st.one_of(
            op("give_star", wiki=WORDS, by=PEOPLE),
            op("link_file", wiki=WORDS, file=WORDS),
            op("update_user", user=PEOPLE, fields=st.just({"name": "renamed {n}"})),
        ),
        matches=("/api/v2", "/api/v2/wikis", "/api/v2/space/activities"),
        flag="useWiki",
        switches={**FEED, "wiki_history_ids": ("version", "hidden")},
    ),
    "documents": Family(
        endpoints=("projects", "documents", "document_tree", "document_comments", "activities"),
        # None stands below another: of those below one that is thrown away the feed does not tell.
        edits=st.one_of(
            op("create_document", project=PROJECTS, title="new {n}", plain="text", tags=["tag"]),
            op("create_documents", project=PROJECTS, titles=["one {n}", "two {n}"]),
            op("update_document", document=WORDS, fields=st.just({"title": "renamed {n}"})),
            op("update_document", document=WORDS, fields=st.just({"plain": "changed {n}", "emoji": "x"})),
            op("attach_to_document", document=WORDS, name="{n}.txt"),
            op("trash_document", document=WORDS),
            op("purge_document", document=WORDS),
            op("add_document_comment", document=WORDS, plain="said {n}", by=PEOPLE),
            op("edit_document_comment", comment=WORDS, plain="changed {n}"),
            op("delete_document_comment", comment=WORDS),
            op("add_document_reply", comment=WORDS, plain="replied {n}"),
            op("edit_document_reply", reply=WORDS, plain="changed {n}"),
            op("delete_document_reply", reply=WORDS),
            TIME,
        ),
        unseen=st.one_of(
            # No activity tells of it, and ``updated`` stays.
            op("restore_document", document=WORDS),
            op("update_user", user=PEOPLE, fields=st.just({"name": "renamed {n}"})),
        ),
        matches=("/api/v2", "/api/v2/documents", "/api/v2/space/activities"),
        flag="useDocument",
        switches={**FEED, "document_json": ("string", "object"), "document_talk_moves_updated": (False, True)},
    ),
    "git": Family(
        endpoints=(
            *("projects", "repositories", "pull_requests", "pull_request_comments", "pull_request_attachments"),
            *("pull_request_stars", "activities"),
        ),
        edits=st.one_of(
            op("create_repository", project=PROJECTS, name="new {n}"),
            op("update_repository", repository=WORDS, fields=st.just({"description": "changed {n}"})),
            op("delete_repository", repository=WORDS),
            op("push", repository=WORDS, comment="work {n}"),
            op("create_pull_request", repository=WORDS, fields=st.just({"summary": "new {n}"})),
            op("update_pull_request", pull_request=WORDS, fields=st.just({"summary": "changed {n}"})),
            op("update_pull_request", pull_request=WORDS, fields=st.just({"statusId": 3}), comment="merged"),
            op("comment_pull_request", pull_request=WORDS, content="said {n}", by=PEOPLE),
            op("attach_to_pull_request", pull_request=WORDS, name="{n}.txt"),
            TIME,
        ),
        unseen=st.one_of(
            # Only where activity 21 means this.
            op("delete_pull_request", pull_request=WORDS),
            op("edit_pull_request_comment", comment=WORDS, content="changed {n}"),
            op("give_star", pull_request_comment=WORDS, by=PEOPLE),
            op("give_star", pull_request=WORDS, by=PEOPLE),
            op("update_user", user=PEOPLE, fields=st.just({"name": "renamed {n}"})),
        ),
        matches=("/api/v2", "/api/v2/projects/.*/git", "/api/v2/space/activities"),
        flag="useGit",
        switches={
            **FEED,
            "close_at": ("string", "milliseconds"),
            "pull_request_order": ("newest", "oldest", "updated"),
            "activity_21": ("merged", "deleted"),
        },
    ),
    "lists of issues": Family(
        endpoints=(
            *("projects", "issues", "issue_comments", "issue_attachments", "issue_participants", "related_issues"),
            *("issue_shared_files", "activities"),
        ),
        edits=st.one_of(
            op("create_issue", project=PROJECTS),
            op("update_issue", id=WORDS, fields=st.just({"summary": "changed {n}"}), comment="why {n}", by=PEOPLE),
            op("update_issue", id=WORDS, fields=st.fixed_dictionaries({"assigneeId": PEOPLE})),
            op("move_issue", id=WORDS, project=FIRST),
            op("delete_issue", id=WORDS),
            op("add_comment", id=WORDS, content="said {n}", by=PEOPLE),
            op("edit_comment", comment=WORDS, content="changed {n}"),
            op("delete_comment", comment=WORDS),
            op("attach_file", id=WORDS, name="{n}.txt"),
            op("detach_file", id=WORDS, attachment=WORDS),
            op("relate_issues", id=WORDS, other=WORDS),
            op("part_issues", id=WORDS, other=WORDS),
            op("add_file", project=PROJECTS, name="{n}.txt"),
            op("link_file", file=WORDS, id=WORDS),
            op("give_star", id=WORDS, by=PEOPLE),
            TIME,
        ),
        unseen=st.one_of(
            # Neither is an activity, or moves ``updated``.
            op("unlink_file", file=WORDS, id=WORDS),
            op("update_file", file=WORDS, size=77),
            op("delete_file", file=WORDS),
            op("give_star", comment=WORDS, by=PEOPLE),
            op("update_user", user=PEOPLE, fields=st.just({"name": "renamed {n}"})),
        ),
        matches=("/api/v2", "/api/v2/issues", "/api/v2/issues/.*/", "/api/v2/space/activities"),
        flag="useFileSharing",
        # What moves to a project that is deleted before anybody looks is gone without a word: the census finds it.
        may_end=LAST,
        switches={
            **FEED,
            # Where it does not, nothing tells of edited and deleted comments: tests/endpoints/test_limits.py.
            "comment_edit_moves_updated": (True,),
            "tie_break": ("same", "ascending", "descending"),
            "move_in_feed": ("updated", "deleted_and_created"),
        },
    ),
    "settings": Family(
        endpoints=(
            *("projects", "issue_types", "categories", "versions", "custom_fields", "statuses"),
            *("priorities", "resolutions", "webhooks"),
        ),
        edits=st.one_of(
            op("add_issue_type", project=PROJECTS, name="new {n}"),
            op("delete_issue_type", issue_type=WORDS, substitute=WORDS),
            op("add_category", project=PROJECTS, name="new {n}"),
            op("delete_category", category=WORDS),
            op("add_version", project=PROJECTS, name="new {n}"),
            op("update_version", version=WORDS, fields=st.just({"name": "renamed {n}", "archived": True})),
            op("delete_version", version=WORDS),
            op("add_custom_field", project=PROJECTS, type=st.integers(1, 8)),
            op("delete_custom_field", custom_field=WORDS),
            op("add_status", project=PROJECTS, name="new {n}"),
            op("delete_status", project=PROJECTS, status=WORDS, substitute=WORDS),
            op(
                "rename",
                project=PROJECTS,
                setting=st.sampled_from(["status", "issue_type", "category", "custom_field"]),
                id=WORDS,
                name="renamed {n}",
            ),
            op("create_webhook", project=PROJECTS, name="new {n}", hookUrl="https://hook.example/{n}"),
            op("update_webhook", webhook=WORDS, fields=st.just({"name": "renamed {n}"})),
            op("delete_webhook", webhook=WORDS),
            op("update_user", user=PEOPLE, fields=st.just({"name": "renamed {n}"})),
            TIME,
        ),
        matches=("/api/v2", "/api/v2/projects/"),
        switches={"unjoined_project": (404, 403), "administrator_reads_unjoined": (False, True)},
    ),
    "people": Family(
        endpoints=("projects", "users", "teams", "project_users", "project_administrators", "project_teams"),
        edits=st.one_of(
            op("update_user", user=PEOPLE, fields=st.just({"name": "renamed {n}"})),
            op("delete_user", user=PEOPLE),
            op("add_member", project=PROJECTS, user=PEOPLE),
            op("remove_member", project=PROJECTS, user=PEOPLE),
            op("add_administrator", project=PROJECTS, user=PEOPLE),
            op("remove_administrator", project=PROJECTS, user=PEOPLE),
            op("create_team", name="new {n}", members=st.lists(PEOPLE | st.just(OWNER), max_size=3)),
            op("update_team", team=WORDS, fields=st.fixed_dictionaries({"members": st.lists(PEOPLE, max_size=3)})),
            op("update_team", team=WORDS, fields=st.just({"name": "renamed {n}"})),
            op("delete_team", team=WORDS),
            op("team_joins", team=WORDS, project=PROJECTS),
            op("team_leaves", team=WORDS, project=PROJECTS),
            TIME,
        ),
        matches=("/api/v2", "/api/v2/projects/", "/api/v2/teams", "/api/v2/users"),
        switches={
            "unjoined_project": (404, 403),
            "administrator_reads_unjoined": (False, True),
            "team_order": ("id", "name", "updated"),
        },
    ),
    "files": Family(
        endpoints=("projects", "shared_files"),
        edits=st.one_of(
            op("add_file", project=PROJECTS, dir=st.sampled_from(["/", "/a/", "/a/b/", "/c d/"]), name="{n}.txt"),
            op("update_file", file=WORDS, size=77),
            op("delete_file", file=WORDS),
            op("update_user", user=PEOPLE, fields=st.just({"name": "renamed {n}"})),
            TIME,
        ),
        matches=("/api/v2", "/api/v2/projects/.*/files"),
        flag="useFileSharing",
        switches={"unjoined_project": (404, 403), "directory_size": ("null", "absent")},
    ),
    "personal": Family(
        endpoints=("users", "stars", "watchings", "notifications"),
        edits=st.one_of(
            op(
                "create_issue",
                project=PROJECTS,
                fields=st.fixed_dictionaries({"assigneeId": st.just(OWNER)}),
                by=PEOPLE,
            ),
            op("add_comment", id=WORDS, content="said {n}", by=PEOPLE),
            op("update_issue", id=WORDS, fields=st.just({"summary": "changed {n}"}), by=PEOPLE),
            op("delete_issue", id=WORDS),
            op("give_star", id=WORDS, by=PEOPLE),
            op("give_star", wiki=WORDS, by=PEOPLE),
            op("give_star", pull_request=WORDS, by=PEOPLE),
            op("watch", id=WORDS),
            op("watch", id=WORDS, by=PEOPLE),
            op("update_watching", watching=WORDS, fields=st.just({"note": "changed {n}"})),
            op("stop_watching", watching=WORDS),
            op("delete_user", user=PEOPLE),
            TIME,
        ),
        matches=("/api/v2", "/api/v2/users/", "/api/v2/notifications"),
        switches={"min_id": ("exclusive", "inclusive"), "others_watchings": (False, True)},
    ),
    "space": Family(
        endpoints=("space", "space_notification", "licence", "disk_usage", "projects", "project_activities"),
        edits=st.one_of(
            op("update_space", fields=st.just({"name": "renamed {n}"})),
            op("announce", content="news {n}"),
            op("update_licence", fields=st.sampled_from([{"licenceTypeId": 52}, {"active": False}, {"git": False}])),
            op("attach_file", id=WORDS, name="{n}.txt", size=st.integers(1, 5000)),
            op("create_issue", project=PROJECTS),
            op("add_file", project=PROJECTS, name="{n}.txt"),
            TIME,
        ),
        matches=("/api/v2", "/api/v2/space", "/api/v2/projects/"),
        switches={"unjoined_project": (404, 403), "min_id": ("exclusive", "inclusive")},
    ),
}
