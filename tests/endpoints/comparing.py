"""Whole tables against the whole space: every record, whose it is, and in which project."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import requests
from tests.conftest import edit

from backlog_provider.catalogue import CATALOGUE
from backlog_provider.model.endpoint import OF_PARENT, Snapshot

if TYPE_CHECKING:
    from tests.conftest import Warehouse
    from tests.endpoints.stories import Edits

    from backlog_emulator.emulator import Emulator
    from backlog_provider.model.endpoint import Endpoint

# What the emulator's truth adds to records that do not tell where they belong.
BESIDE = {
    **dict.fromkeys(("project_users", "project_administrators", "project_teams", "webhooks"), ("projectId",)),
    **dict.fromkeys(("issue_attachments", "issue_participants", "related_issues", "issue_shared_files"), ("issueId",)),
    **dict.fromkeys(
        ("pull_request_comments", "pull_request_attachments", "pull_request_stars"),
        ("repositoryId", "pullRequestNumber"),
    ),
    **dict.fromkeys(("stars", "watchings"), ("userId",)),
    "wiki_attachments": ("wikiId",),
}
# Where the truth has the key of the parent, by the column that a row has it in; and where that is somewhere else.
PARENT = {
    "PROJECT_ID": "projectId",
    "ISSUE_ID": "issueId",
    "WIKI_ID": "wikiId",
    "DOCUMENT_ID": "documentId",
    "REPOSITORY_ID": "repositoryId",
    "USER_ID": "userId",
}
ELSEWHERE = {"wikis": "id", "wiki_history": "pageId"}
# Which truth tells the project of a parent.
PARENTS = {
    "ISSUE_ID": "issues",
    "WIKI_ID": "wikis",
    "DOCUMENT_ID": "documents",
    "REPOSITORY_ID": "repositories",
    "PULL_REQUEST_ID": "pull_requests",
}


def play(emulator: Emulator, edits: Edits, names: dict[str, Any] | None = None) -> dict[str, Any]:
    """Make edits, a second apart; return the ids of what they are about, by the names that they give (``as_``)."""
    ids = dict(names or {})
    for given in edits:
        what = {key: _named(value, ids) for key, value in given.items() if key != "as_"}
        done = edit(emulator, **what)
        if "as_" in given:
            ids[f"${given['as_']}"] = done["id"]
        edit(emulator, op="advance", seconds=1)
    return ids


def _named(value: Any, ids: dict[str, Any]) -> Any:
    return ids[value] if isinstance(value, str) and value.startswith("$") else value


def assert_equal(emulator: Emulator, warehouse: Warehouse, *names: str) -> None:
    """Compare tables with the space: records, parents, projects, and no key twice."""
    for name in names:
        endpoint = CATALOGUE[name]
        there, here = spoken(emulator, endpoint), loaded(warehouse, endpoint)
        assert here == there, (
            f"{name}: the table alone has {[*here - there][:3]}, the space alone {[*there - here][:3]}"
        )
        key = ", ".join(endpoint.key)
        [(rows, keys)] = warehouse.query(
            f"SELECT COUNT(*), COUNT(DISTINCT {key}) FROM {endpoint.table} WHERE _DELETED_AT IS NULL"
        )
        assert rows == keys, f"{name} has a key twice"


def truth(emulator: Emulator, name: str) -> list[dict[str, Any]]:
    """Every record of an endpoint, as the emulator has it."""
    records = requests.get(f"{emulator.url}/control/truth/{name}", timeout=30).json()
    return records if isinstance(records, list) else [records]


def loaded(warehouse: Warehouse, endpoint: Endpoint, where: str = "TRUE") -> Counter[Any]:
    """The living rows of a table, as far as a condition holds."""
    columns = ["TO_JSON(RAW)", *_beside(endpoint)]
    latest = f"AND MEASURED_AT = (SELECT MAX(MEASURED_AT) FROM {endpoint.table})" if _appends(endpoint) else ""
    rows = warehouse.query(
        f"SELECT {', '.join(columns)} FROM {endpoint.table} WHERE _DELETED_AT IS NULL AND {where} {latest}"
    )
    return Counter((_text(json.loads(raw)), *map(str, beside)) for raw, *beside in rows)


def spoken(emulator: Emulator, endpoint: Endpoint) -> Counter[Any]:
    """What the table has to have."""
    beside = _beside(endpoint)
    column = endpoint.under.column if endpoint.under else ""
    of_parents = truth(emulator, PARENTS[column]) if column in PARENTS else []
    project_of = {each["id"]: each["projectId"] for each in of_parents}
    rows: Counter[Any] = Counter()
    for record, parent in _records(emulator, endpoint):
        own = {key: value for key, value in record.items() if key not in BESIDE.get(endpoint.name, ())}
        values = {"PROJECT_ID": project_of.get(parent), column: parent}
        row = (_text(own), *[str(values[each]) for each in beside])
        rows[row] += 1
    return rows


def _records(emulator: Emulator, endpoint: Endpoint) -> list[tuple[dict[str, Any], Any]]:
    records = truth(emulator, endpoint.name)
    records_of = endpoint.style.records_of if isinstance(endpoint.style, Snapshot) else None
    if records_of and endpoint.name in ("document_tree", "disk_usage", "space_notification"):
        return [(node, tree.get("projectId")) for tree in records for node in records_of(tree)]
    if endpoint.name == "watchings":
        records = [each for each in records if each["userId"] == emulator.space.owner.id]
    if endpoint.name.startswith("pull_request_"):
        ids = {(each["repositoryId"], each["number"]): each["id"] for each in truth(emulator, "pull_requests")}
        return [(each, ids[each["repositoryId"], each["pullRequestNumber"]]) for each in records]
    if endpoint.under is None:
        return [(each, None) for each in records]
    if endpoint.name == "project_activities":
        return [(each, each["project"]["id"]) for each in records]
    where = ELSEWHERE.get(endpoint.name) or PARENT[endpoint.under.column]
    return [(each, each[where]) for each in records]


def _beside(endpoint: Endpoint) -> list[str]:
    """The columns that come from elsewhere than the record."""
    if endpoint.under is None:
        return []
    of_parent = [column.name for column in endpoint.columns if column.path.startswith(OF_PARENT)]
    return [name for name in of_parent if name in (endpoint.under.column, "PROJECT_ID")]


def _appends(endpoint: Endpoint) -> bool:
    return isinstance(endpoint.style, Snapshot) and endpoint.style.appends


def _text(record: Any) -> str:
    return json.dumps(record, sort_keys=True, ensure_ascii=False)
