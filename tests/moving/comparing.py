"""Tables against a space some of which is out of sight: what the key sees, and what it saw once."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import orjson
from tests.endpoints.comparing import loaded, spoken

from backlog_emulator.control import buried, truth
from backlog_emulator.graves import BURIED
from backlog_provider.catalogue import CATALOGUE
from backlog_provider.extract.parents import has_feature
from backlog_provider.model.endpoint import Feed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.conftest import Warehouse

    from backlog_emulator.emulator import Emulator
    from backlog_provider.model.endpoint import Endpoint

# Endpoints that hang on a feature though nothing in the catalogue says so: their lists leave such projects out.
FEATURES = {"documents": "useDocument", "issue_shared_files": "useFileSharing"}
# What the key of a grave calls what a row has in a column; all else is its ``id``.
BESIDE = {"PROJECT_ID": "projectId", "WIKI_ID": "pageId", "VERSION": "version"}
# The emulator notes no end of comments whose document is in the trash.
UNMARKED_GRAVES = {"document_comments"}


def assert_told(emulator: Emulator, warehouse: Warehouse, names: Iterable[str]) -> None:
    """The tables have what the key sees, and mark what is gone; what is merely out of sight is not marked."""
    for name in names:
        endpoint = CATALOGUE[name]
        if isinstance(endpoint.style, Feed):
            assert_holds_feed(emulator, warehouse, endpoint)
            continue
        hidden = out_of_sight(emulator, endpoint)
        column = endpoint.project_column
        where = f"NOT {column} IN ({', '.join(map(str, hidden))})" if hidden and column else "TRUE"
        here, there = (
            told(emulator, name, rows) for rows in (loaded(warehouse, endpoint, where), spoken(emulator, endpoint))
        )
        assert here == there, f"{name}: the table alone has {_few(here - there)}, the space alone {_few(there - here)}"
        if hidden and name in BURIED and name not in UNMARKED_GRAVES and column:
            assert_not_marked(emulator, warehouse, endpoint, hidden)


def told(emulator: Emulator, name: str, rows: Counter[Any]) -> Counter[Any]:
    """Rows as far as they are to be equal.

    A relation carries the other issue whole, as it was when the list was read, and that may change, go or come into
    sight alone: only which issues of one project are related is seen from both.
    """
    if name != "related_issues":
        return rows
    homes = {str(number): issue.project for number, issue in emulator.space.issues.items()}
    pairs = Counter((str(json.loads(text)["id"]), *beside) for text, *beside in rows.elements())
    return Counter({pair: n for pair, n in pairs.items() if homes.get(pair[0]) is homes.get(pair[1])})


def assert_holds_feed(emulator: Emulator, warehouse: Warehouse, endpoint: Endpoint) -> None:
    """A feed is loaded once: what it says of a record is as it was then, and what it takes back stays."""
    rows = warehouse.query(f"SELECT {endpoint.key[0]} FROM {endpoint.table}")
    here = [int(row[0]) for row in rows]
    there = {record["id"] for record in orjson.loads(truth(emulator, endpoint.name))}
    assert len(here) == len(set(here)), f"{endpoint} has a key twice"
    assert there <= set(here), f"{endpoint}: the space alone has {sorted(there - set(here))[:3]}"


def assert_not_marked(emulator: Emulator, warehouse: Warehouse, endpoint: Endpoint, hidden: Iterable[int]) -> None:
    """Of a project that is out of sight nothing is marked as deleted unless it was."""
    projects = ", ".join(map(str, hidden))
    rows = warehouse.query(
        f"SELECT {', '.join(endpoint.key)} FROM {endpoint.table} "
        f"WHERE _DELETED_AT IS NOT NULL AND {endpoint.project_column} IN ({projects})"
    )
    single = len(endpoint.key) == 1
    places = ["id" if single else BESIDE.get(column, "id") for column in endpoint.key]
    graves = {tuple(str(grave.get(each)) for each in places) for grave in orjson.loads(buried(emulator, endpoint.name))}
    wrong = {tuple(map(str, row)) for row in rows} - graves
    assert not wrong, f"{endpoint}: marked, and not deleted: {sorted(wrong)[:3]}"


def out_of_sight(emulator: Emulator, endpoint: Endpoint) -> list[int]:
    """Return the projects that are there, and whose records of an endpoint the key cannot see."""
    seen = [project for project in orjson.loads(truth(emulator, "projects")) if _has(endpoint, project)]
    return sorted(set(emulator.space.projects) - {project["id"] for project in seen})


def _has(endpoint: Endpoint, project: dict[str, Any]) -> bool:
    flag = FEATURES.get(endpoint.name)
    if flag and not project[flag]:
        return False
    return endpoint.under is None or has_feature(endpoint.under, project)


def _few(rows: Counter[Any]) -> list[str]:
    return [json.dumps(row, ensure_ascii=False)[:300] for row in [*rows][:3]]
