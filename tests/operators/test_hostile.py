"""A space whose names, values and ids are SQL: they are loaded as the texts that they are, and no statement changes."""

from __future__ import annotations

import json
import re
from contextlib import closing
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from tests.conftest import Runs, Warehouse
from tests.hostile import records, serving
from tests.secrecy import SECRETS

from backlog_provider.load.session import Session
from backlog_provider.operators.backlog_census import BacklogCensusOperator

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from local_snowflake.server import Account

KEY = "an-api-key-of-some-length"
SECRETS.known.add(KEY)
HARMLESS = "text"
HOSTILE = (
    '\'); DROP TABLE BACKLOG_ISSUES; --"; DROP SCHEMA "RAW" CASCADE; -- 1); DELETE FROM BACKLOG_DOCUMENTS WHERE (1=1 \n'
    "\\'; SELECT %s, %(x)s, $1, ?, :1; /* {{ 1/0 }} {% raw %} */ \x00 \u2028 \n COMMIT; ${HOME} __proto__"
)


def space_of(text: str) -> Callable[[str], bytes]:
    """A space with a few of everything, in which every text is this one, ids and the names of fields too."""
    person = {"id": 7, "userId": text, "name": text, "roleType": 1, "mailAddress": text, text: {text: text}}
    stamps = {
        "created": "2026-01-01T00:00:00Z",
        "updated": "2026-01-02T00:00:00Z",
        "createdUser": person,
        "updatedUser": person,
    }
    project = {"id": 1, "projectKey": text, "name": text, "textFormattingRule": text, text: text}
    issue = {
        **stamps,
        "projectId": 1,
        "issueKey": text,
        "summary": text,
        "description": text,
        "status": {"id": 1, "name": text},
    }
    document = {**stamps, "projectId": 1, "title": text, "plain": text, "json": {text: [text]}, text: text}
    activity = {**stamps, "project": project, "content": {"id": f"{text} 1", text: text}}
    tree = {"id": "Active", "children": [{"id": f"{text} {number}", "name": text} for number in range(5, 60)]}
    answers: dict[str, Any] = {
        "/projects": [project],
        "/users": [person],
        "/users/myself": person,
        "/issues": [{**issue, "id": number} for number in (2, 1)],
        "/issues/count": {"count": 2},
        "/documents": [{**document, "id": f"{text} {number}"} for number in range(1, 60)],
        "/documents/tree": {"projectId": 1, "activeTree": tree, "trashTree": None},
        "/space/activities": [{**activity, "id": 1, "type": 37}],
    }

    def answer(path: str) -> bytes:
        path, _, query = path.partition("?")
        known = answers.get(unquote(path.removeprefix("/api/v2")))
        if "minId" in query:
            return records([])
        if known is not None:
            return records(known)
        return b'HTTP/1.1 404 Gone\r\nContent-Length: 40\r\n\r\n{"errors":[{"message":"gone","code":6}]}'

    return answer


def statements_of(account: Account, text: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Load a space of such texts, take a census, and return the statements sent, without names made by chance."""
    sent: list[str] = []
    send = Session._run

    def noting(session: Session, what: str, sql: str, values: Any = ()) -> Any:
        sent.append(sql)
        return send(session, what, sql, values)

    with closing(Warehouse(account)) as warehouse, serving(space_of(text)) as space, monkeypatch.context() as patch:
        patch.setattr(Session, "_run", noting)
        backlog = {"conn_type": "backlog", "host": space.url, "password": KEY, "extra": {"pii_secret": KEY}}
        patch.setenv("AIRFLOW_CONN_BACKLOG_DEFAULT", json.dumps(backlog))
        snowflake = {**json.loads(account.connection_json), "schema": warehouse.schema}
        patch.setenv("AIRFLOW_CONN_SNOWFLAKE_DEFAULT", json.dumps(snowflake))
        run = Runs()
        run("users", pii="hash")
        run("documents", history=True)
        run("issues")
        run("activities")
        run("documents", operator=BacklogCensusOperator)
        loaded = warehouse.query(
            "SELECT TITLE, RAW:title::VARCHAR, CREATOR_NAME, DOCUMENT_ID FROM BACKLOG_DOCUMENTS ORDER BY 4"
        )
        assert loaded == sorted((text, text, text, f"{text} {number}") for number in range(1, 60))
        assert warehouse.query("SELECT COUNT(*) FROM BACKLOG_DOCUMENTS WHERE _DELETED_AT IS NOT NULL") == [(4,)]
        assert warehouse.query("SELECT ISSUE_ID, SUMMARY FROM BACKLOG_ISSUES ORDER BY 1") == [(1, text), (2, text)]
        assert {request.split(" ")[1].split("?")[0].count("/") for request in space.requests} <= {3, 4}
    by_chance = rf"{warehouse.schema}|[0-9a-fA-F]{{32}}|'file://\S+'"
    return [re.sub(by_chance, "…", sql) for sql in sent]


def test_statements_are_the_same_whatever_texts_a_space_is_made_of(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    harmless = statements_of(account, HARMLESS, monkeypatch)
    assert len(harmless) > 60
    assert statements_of(account, HOSTILE, monkeypatch) == harmless
