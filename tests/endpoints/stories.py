"""What happens in the space to the records of each endpoint, and what a load that comes afterwards has to do about it.

Edits are those of the emulator. One that has ``name`` is referred to by ``$name`` in those that follow it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Edits = list[dict[str, Any]]

# People of the space of tests/conftest.py. The first is the key's user, who is in every project.
OWNER, SECOND, THIRD, IN_BOTH, LEAVER = 1001, 1002, 1003, 1008, 1016
# Teams: in WEB, in no project, in SUPPORT.
IN_WEB, IN_NONE, IN_SUPPORT = 1001, 1004, 1006


@dataclass(frozen=True)
class Story:
    """Edits before the first load, edits before the second, and what that has to insert, update, and mark as deleted.

    :param feed: the feed is loaded too: it tells of the deletion.
    :param switches: what the API is taken to do, where nobody knows.
    """

    before: Edits = field(default_factory=list)
    after: Edits = field(default_factory=list)
    changes: tuple[int, int, int] = (0, 0, 0)
    feed: bool = False
    switches: dict[str, Any] = field(default_factory=dict)


def _one(op: str, **given: Any) -> dict[str, Any]:
    return {"op": op, **given}


def _setting(add: str, rename: str, delete: Edits, *, moved: int = 0, **given: Any) -> Story:
    """A setting of a project: one is added, one gets another name, one goes."""
    return Story(
        before=[
            _one(add, project="WEB", name="kept", as_="kept", **given),
            _one(add, project="WEB", name="gone", as_="gone", **given),
        ],
        after=[
            _one(add, project="APP", name="added", **given),
            _one("rename", project="WEB", setting=rename, id="$kept", name="renamed"),
            *delete,
        ],
        changes=(1, 1 + moved, 1),
    )


STORIES: dict[str, Story] = {
    "space": Story(after=[_one("update_space", fields={"name": "Renamed"})], changes=(0, 1, 0)),
    "space_notification": Story(after=[_one("announce", content="Closed on Friday")], changes=(0, 1, 0)),
    "licence": Story(after=[_one("update_licence", fields={"licenceTypeId": 52})], changes=(1, 0, 1)),
    "disk_usage": Story(after=[_one("attach_file", id="oldest", name="a.pdf", size=4321)], changes=(7, 0, 0)),
    "users": Story(
        after=[_one("update_user", user=THIRD, fields={"name": "Renamed"}), _one("delete_user", user=LEAVER)],
        changes=(0, 1, 1),
    ),
    "teams": Story(
        after=[
            _one("create_team", name="Added", members=[OWNER]),
            _one("update_team", team=IN_WEB, fields={"name": "Renamed"}),
            _one("delete_team", team=IN_NONE),
        ],
        changes=(1, 1, 1),
    ),
    "projects": Story(
        after=[
            _one("update_project", project="WEB", fields={"name": "Renamed"}),
            _one("archive_project", project="APP"),
            _one("delete_project", project="SUPPORT"),
        ],
        changes=(0, 2, 1),
    ),
    "project_users": Story(
        before=[_one("remove_member", project="WEB", user=IN_BOTH)],
        after=[_one("add_member", project="WEB", user=IN_BOTH), _one("remove_member", project="APP", user=IN_BOTH)],
        changes=(1, 0, 1),
    ),
    "project_administrators": Story(
        after=[
            _one("add_administrator", project="WEB", user=SECOND),
            _one("remove_administrator", project="WEB", user=LEAVER),
        ],
        changes=(1, 0, 1),
    ),
    "project_teams": Story(
        after=[
            _one("team_joins", team=IN_NONE, project="APP"),
            _one("update_team", team=IN_SUPPORT, fields={"name": "Renamed"}),
            _one("team_leaves", team=IN_WEB, project="WEB"),
        ],
        changes=(1, 1, 1),
    ),
    "issue_types": _setting(
        "add_issue_type", "issue_type", [_one("delete_issue_type", issue_type="$gone", substitute="$kept")]
    ),
    "categories": _setting("add_category", "category", [_one("delete_category", category="$gone")]),
    "versions": Story(
        before=[
            _one("add_version", project="WEB", name="kept", as_="kept"),
            _one("add_version", project="WEB", name="gone", as_="gone"),
        ],
        after=[
            _one("add_version", project="APP", name="added"),
            _one("update_version", version="$kept", fields={"archived": True, "startDate": "2026-02-01"}),
            _one("delete_version", version="$gone"),
        ],
        changes=(1, 1, 1),
    ),
    "custom_fields": _setting(
        "add_custom_field", "custom_field", [_one("delete_custom_field", custom_field="$gone")], type=1
    ),
    "statuses": _setting(
        "add_status",
        "status",
        [_one("delete_status", project="WEB", status="$gone", substitute="$kept")],
        # The last status moves on in both projects.
        moved=2,
    ),
    # Nothing that the API offers changes these.
    "priorities": Story(),
    "resolutions": Story(),
    "webhooks": Story(
        before=[
            _one("create_webhook", project="WEB", name="kept", hookUrl="https://hook.example/1", as_="kept"),
            _one("create_webhook", project="WEB", name="gone", hookUrl="https://hook.example/2", as_="gone"),
        ],
        after=[
            _one("create_webhook", project="APP", name="added", hookUrl="https://hook.example/3"),
            _one("update_webhook", webhook="$kept", fields={"activityTypeIds": [1, 2]}),
            _one("delete_webhook", webhook="$gone"),
        ],
        changes=(1, 1, 1),
    ),
    "issues": Story(
        before=[_one("create_issue", project="WEB", as_="gone")],
        after=[
            _one("create_issue", project="APP"),
            _one("update_issue", id="oldest", fields={"summary": "changed"}),
            _one("delete_issue", id="$gone"),
        ],
        changes=(1, 1, 1),
        feed=True,
    ),
    "issue_comments": Story(
        before=[
            _one("add_comment", id="oldest", content="kept", as_="kept"),
            _one("add_comment", id="newest", content="gone", as_="gone"),
        ],
        after=[
            _one("add_comment", id="newest", content="added"),
            _one("edit_comment", comment="$kept", content="changed"),
            _one("delete_comment", comment="$gone"),
        ],
        changes=(1, 1, 1),
        switches={"comment_edit_moves_updated": True},
    ),
    "issue_attachments": Story(
        before=[
            _one("create_issue", project="WEB", as_="issue"),
            *(_one("attach_file", id="$issue", name=each, as_=each) for each in ("gone", "moved")),
        ],
        after=[
            _one("attach_file", id="oldest", name="added.txt"),
            _one("detach_file", id="$issue", attachment="$gone"),
            # The record stays as it is, but its project is another.
            _one("move_issue", id="$issue", project="APP"),
        ],
        changes=(1, 1, 1),
    ),
    "issue_participants": Story(
        before=[_one("create_issue", project="WEB", fields={"assigneeId": LEAVER}, as_="issue")],
        after=[_one("update_issue", id="$issue", fields={"assigneeId": SECOND})],
        changes=(1, 0, 1),
    ),
    "related_issues": Story(
        before=[
            *(_one("create_issue", project="WEB", as_=each) for each in ("one", "two", "three")),
            _one("relate_issues", id="$one", other="$two"),
        ],
        after=[
            _one("relate_issues", id="$one", other="$three"),
            _one("part_issues", id="$one", other="$two"),
        ],
        changes=(2, 0, 2),
    ),
    "issue_shared_files": Story(
        before=[
            _one("add_file", project="WEB", name="shown.txt", as_="file"),
            *(_one("create_issue", project="WEB", as_=each) for each in ("one", "two")),
            _one("link_file", file="$file", id="$one"),
        ],
        after=[
            _one("link_file", file="$file", id="$two"),
            _one("unlink_file", file="$file", id="$one"),
            # Of the link's end itself nothing tells.
            _one("update_issue", id="$one", fields={"summary": "changed"}),
        ],
        changes=(1, 0, 1),
    ),
    "wikis": Story(
        before=[_one("create_wiki", project="WEB", name=each, as_=each) for each in ("kept", "gone")],
        after=[
            _one("create_wiki", project="APP", name="added", content="text", tags=["tag"]),
            _one("update_wiki", wiki="$kept", fields={"content": "changed"}),
            _one("delete_wiki", wiki="$gone"),
        ],
        changes=(1, 1, 1),
        feed=True,
    ),
    "wiki_history": Story(
        before=[_one("create_wiki", project="WEB", name="wiki", as_="wiki")],
        after=[
            _one("create_wiki", project="APP", name="added"),
            _one("update_wiki", wiki="$wiki", fields={"content": "changed"}),
        ],
        changes=(2, 0, 0),
    ),
    "wiki_attachments": Story(
        before=[_one("attach_to_wiki", wiki="oldest", name="gone.txt", as_="gone")],
        after=[
            _one("attach_to_wiki", wiki="newest", name="added.txt"),
            _one("detach_from_wiki", wiki="oldest", attachment="$gone"),
        ],
        changes=(1, 0, 1),
    ),
    "documents": Story(
        before=[_one("create_document", project="WEB", title=each, as_=each) for each in ("kept", "gone")],
        after=[
            _one("create_documents", project="APP", titles=["added"]),
            _one("attach_to_document", document="$kept", name="added.txt"),
            _one("trash_document", document="$gone"),
        ],
        changes=(1, 1, 1),
        feed=True,
    ),
    "document_tree": Story(
        before=[_one("create_document", project="WEB", title=each, as_=each) for each in ("kept", "gone")],
        after=[
            _one("create_document", project="WEB", title="added", parent="$kept"),
            _one("update_document", document="$kept", fields={"title": "changed"}),
            _one("purge_document", document="$gone"),
        ],
        changes=(1, 1, 1),
    ),
    "document_comments": Story(
        before=[
            _one("create_document", project="WEB", title="talk", as_="talk"),
            *(_one("add_document_comment", document="$talk", plain=each, as_=each) for each in ("kept", "gone", "own")),
        ],
        after=[
            _one("add_document_comment", document="$talk", plain="added"),
            _one("edit_document_comment", comment="$kept", plain="changed"),
            _one("add_document_reply", comment="$own", plain="reply"),
            _one("delete_document_comment", comment="$gone"),
        ],
        changes=(1, 2, 1),
    ),
    "repositories": Story(
        before=[_one("create_repository", project="WEB", name=each, as_=each) for each in ("kept", "gone")],
        after=[
            _one("create_repository", project="APP", name="added"),
            _one("push", repository="$kept", comment="work"),
            _one("delete_repository", repository="$gone"),
        ],
        changes=(1, 1, 1),
    ),
    "pull_requests": Story(
        before=[_one("create_pull_request", repository="oldest", as_=each) for each in ("kept", "gone")],
        after=[
            _one("create_pull_request", repository="newest", fields={"summary": "added"}),
            _one("update_pull_request", pull_request="$kept", fields={"statusId": 3}),
            _one("delete_pull_request", pull_request="$gone"),
        ],
        changes=(1, 1, 1),
        switches={"activity_21": "deleted"},
    ),
    "pull_request_comments": Story(
        before=[
            _one("create_pull_request", repository="oldest", as_="opened"),
            _one("comment_pull_request", pull_request="$opened", content="kept", as_="kept"),
        ],
        after=[
            # Of the edit nothing tells, but the list is read for the comment after it.
            _one("edit_pull_request_comment", comment="$kept", content="changed"),
            _one("comment_pull_request", pull_request="$opened", content="added"),
        ],
        changes=(1, 1, 0),
    ),
    "pull_request_attachments": Story(
        before=[_one("create_pull_request", repository="oldest", as_="opened")],
        after=[_one("attach_to_pull_request", pull_request="$opened", name="added.txt")],
        changes=(1, 0, 0),
    ),
    "pull_request_stars": Story(
        before=[
            _one("create_pull_request", repository="oldest", as_="opened"),
            _one("give_star", pull_request="$opened", by=SECOND, as_="gone"),
        ],
        after=[
            _one("give_star", pull_request="$opened", words="thanks", by=THIRD),
            _one("take_star", star="$gone"),
            # Of stars themselves nothing tells.
            _one("update_pull_request", pull_request="$opened", fields={"summary": "changed"}),
        ],
        changes=(1, 0, 1),
    ),
    "shared_files": Story(
        before=[_one("add_file", project="WEB", dir="/a/b/", name=each, as_=each) for each in ("kept", "gone")],
        after=[
            _one("add_file", project="APP", name="added.txt"),
            _one("update_file", file="$kept", size=77),
            _one("delete_file", file="$gone"),
        ],
        changes=(1, 1, 1),
    ),
    "stars": Story(after=[_one("give_star", id="oldest", words="thanks", by=SECOND)], changes=(1, 0, 0)),
    "watchings": Story(
        before=[_one("watch", id=each, as_=each) for each in ("oldest", "newest")],
        after=[
            _one("watch", id="stalest"),
            _one("update_watching", watching="$oldest", fields={"note": "changed"}),
            _one("stop_watching", watching="$newest"),
        ],
        changes=(1, 1, 1),
    ),
    "notifications": Story(
        after=[_one("create_issue", project="WEB", fields={"assigneeId": OWNER}, by=SECOND)], changes=(1, 0, 0)
    ),
    "project_activities": Story(
        after=[_one("create_issue", project=each) for each in ("WEB", "APP")], changes=(2, 0, 0)
    ),
    "activities": Story(after=[_one("create_issue", project=each) for each in ("WEB", "APP")], changes=(2, 0, 0)),
}
