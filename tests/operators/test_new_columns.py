"""A release that has more columns than the one before: the table gets them, filled as a fresh load would fill them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from airflow.providers.common.compat.sdk import AirflowFailException
from tests.conftest import edit
from tests.test_any_order import killed_at

from backlog_provider.catalogue import CATALOGUE, DAILY, HOURLY, Endpoint, Kind

if TYPE_CHECKING:
    from tests.conftest import Runs, Warehouse

    from backlog_emulator.emulator import Emulator
    from backlog_emulator.records import Project

ISSUES = CATALOGUE["issues"]
LATER = {
    "issues": {"SUMMARY", "DESCRIPTION", "STATUS_ID", "ASSIGNEE_NAME", "START_DATE", "ESTIMATED_HOURS", "CREATED_AT"},
    "activities": {"ACTIVITY_TYPE", "CONTENT", "CREATOR_NAME", "CREATED_AT"},
    "projects": {"ARCHIVED", "NAME"},
    "users": {"LAST_LOGIN_AT", "ROLE_TYPE"},
}
OF_RUN = ("_SYNCED_AT", "_RUN_ID")


def earlier(name: str) -> Endpoint:
    """The endpoint as an earlier release had it."""
    endpoint = CATALOGUE[name]
    return replace(endpoint, columns=tuple(c for c in endpoint.columns if c.name not in LATER[name]))


def rows(warehouse: Warehouse, table: str, *left_out: str) -> list[str]:
    """All rows of a table in no order, column by column in alphabetical order; without what differs by run."""
    listed = warehouse.query(f"SHOW COLUMNS IN TABLE {table}")
    names = sorted(row[2] for row in listed if row[2] not in {*OF_RUN, *left_out})
    return sorted(map(repr, [names, *warehouse.query(f"SELECT {', '.join(names)} FROM {table}")]))


def fresh(run: Runs, warehouse: Warehouse, name: str, **arguments: Any) -> list[str]:
    """The rows of a table that this release loads from nothing."""
    run("fresh", endpoint=CATALOGUE[name], table="FRESH", **arguments)
    return rows(warehouse, "FRESH")


@pytest.mark.parametrize("name", LATER)
def test_idle_hour_after_an_upgrade_fills_the_new_columns_and_the_next_one_is_idle_again(
    run: Runs, warehouse: Warehouse, name: str
) -> None:
    table = run(name, endpoint=earlier(name))["table"]
    before = warehouse.query(f"SELECT COUNT(*), MIN(_SYNCED_AT), MAX(_SYNCED_AT) FROM {table}")

    assert run(name)["mode"] == "noop"
    assert rows(warehouse, table) == fresh(run, warehouse, name)
    assert warehouse.query(f"SELECT COUNT(*), MIN(_SYNCED_AT), MAX(_SYNCED_AT) FROM {table}") == before

    warehouse.account.clear_statements()
    assert run(name)["mode"] == "noop"
    assert [sql.split()[0] for _, sql in warehouse.account.statements()] == ["ALTER", "SHOW"]


def test_run_with_news_sends_no_statement_for_columns_where_they_are_known(
    run: Runs, space: Emulator, warehouse: Warehouse
) -> None:
    run("issues", endpoint=earlier("issues"))
    run("issues")
    edit(space, op="update_issue", id="newest", fields={"summary": "changed"})
    warehouse.account.clear_statements()
    run("issues")
    sent = [sql for _, sql in warehouse.account.statements()]
    assert not [
        sql for sql in sent if sql.startswith(("SHOW COLUMNS", "ALTER TABLE", "UPDATE")) and "_RUN_ID" not in sql
    ]


def test_rows_of_deleted_records_are_filled_too(run: Runs, space: Emulator, warehouse: Warehouse) -> None:
    run("issues", endpoint=earlier("issues"))
    edit(space, op="delete_issues", ids="random", count=5)
    run("activities")
    run("issues")
    [(gone, named)] = warehouse.query(
        "SELECT COUNT(*), COUNT(CASE WHEN SUMMARY = RAW:summary::VARCHAR THEN 1 END) FROM BACKLOG_ISSUES "
        "WHERE _DELETED_AT IS NOT NULL"
    )
    assert (gone, named) == (5, 5)


def test_news_and_new_columns_come_together(run: Runs, space: Emulator, warehouse: Warehouse) -> None:
    run("issues", endpoint=earlier("issues"))
    space.space.advance(hours=30)
    assert run("issues")["mode"] == "incremental"
    assert rows(warehouse, "BACKLOG_ISSUES") == fresh(run, warehouse, "issues")


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("name", "history", "stride"), [("issues", True, 3), ("activities", None, 2)])
def test_run_killed_at_any_step_leaves_nothing_that_the_next_run_does_not_fill(
    run: Runs, warehouse: Warehouse, name: str, history: bool | None, stride: int
) -> None:
    endpoint = CATALOGUE[name]
    expected = fresh(run, warehouse, name, history=history)
    versions = rows(warehouse, "FRESH_HISTORY", "VALID_FROM") if history else []
    step, was_killed = 0, True
    while was_killed:
        task, table = f"t{step}", f"T{step}"
        run(task, endpoint=earlier(name), table=table, history=history)
        was_killed = not _finishes(run, step, task, endpoint=endpoint, table=table)
        run(task, endpoint=endpoint, table=table)
        assert rows(warehouse, table) == expected, f"killed at {step}"
        if history:
            assert rows(warehouse, f"{table}_HISTORY", "VALID_FROM") == versions, f"killed at {step}"
            warehouse.query(f"DROP TABLE {table}_HISTORY")
        warehouse.query(f"DROP TABLE {table}")  # the next step's SHOW TABLES has less to look through
        step += stride
    assert step > 10


def _finishes(run: Runs, step: int, task: str, **arguments: Any) -> bool:
    done = {}
    with killed_at(step, run):
        done = run(task, **arguments)
    return bool(done)


def test_history_that_was_switched_off_gets_what_it_lacks_when_it_is_switched_on_again(
    run: Runs, space: Emulator, warehouse: Warehouse
) -> None:
    run("issues", endpoint=earlier("issues"), history=True)
    run("issues", endpoint=earlier("issues"), history=False)
    run("issues")
    edit(space, op="update_issue", id="newest", fields={"summary": "changed"})
    run("issues", history=True)
    [(versions, named)] = warehouse.query(
        "SELECT COUNT(*), COUNT(CASE WHEN SUMMARY = RAW:summary::VARCHAR THEN 1 END) FROM BACKLOG_ISSUES_HISTORY"
    )
    assert versions == named == len(space.space.issues) + 1


def test_columns_of_the_users_own_are_left_alone(run: Runs, warehouse: Warehouse) -> None:
    run("users", endpoint=earlier("users"))
    warehouse.query("ALTER TABLE BACKLOG_USERS ADD COLUMN TEAM VARCHAR")
    warehouse.query("UPDATE BACKLOG_USERS SET TEAM = 'A'")
    run("users")
    assert warehouse.query("SELECT DISTINCT TEAM FROM BACKLOG_USERS") == [("A",)]


def test_column_that_a_release_no_longer_has_stays_and_is_filled_when_it_is_back(
    run: Runs, space: Emulator, warehouse: Warehouse
) -> None:
    run("issues")
    run("issues", endpoint=earlier("issues"))
    edit(space, op="update_issue", id="newest", fields={"summary": "by the earlier release"})
    run("issues", endpoint=earlier("issues"))
    run("issues")
    assert rows(warehouse, "BACKLOG_ISSUES") == fresh(run, warehouse, "issues")


def test_column_that_is_read_from_another_place_is_filled_anew(run: Runs, warehouse: Warehouse) -> None:
    def reads(name: str, path: str) -> Endpoint:
        changed = tuple(replace(c, path=path) if c.name == name else c for c in ISSUES.columns)
        return replace(ISSUES, columns=changed)

    run("issues", endpoint=reads("SUMMARY", "issueKey"))
    run("issues")
    assert rows(warehouse, "BACKLOG_ISSUES") == fresh(run, warehouse, "issues")


def test_column_of_another_type_is_one_error_that_says_so(run: Runs, warehouse: Warehouse) -> None:
    other = tuple(replace(c, kind=Kind.TEXT) if c.name == "KEY_ID" else c for c in ISSUES.columns)
    run("issues", endpoint=replace(ISSUES, columns=other))
    with pytest.raises(AirflowFailException) as error:
        run("issues")
    assert "BACKLOG_ISSUES has a column KEY_ID of type TEXT, where NUMBER(38,0) is needed" in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "lost", [["HISTORY", "TABLE_CREATED", "TABLE_COLUMNS"], ["ROWS_AT"], ["TABLE_COLUMNS"]], ids=str
)
def test_tables_of_state_and_ledger_from_an_earlier_release_gain_columns_and_the_mark_stays(
    run: Runs, space: Emulator, warehouse: Warehouse, lost: list[str]
) -> None:
    run("issues", endpoint=earlier("issues"))
    for name in lost:
        warehouse.query(f"ALTER TABLE BACKLOG_SYNC_STATE DROP COLUMN {name}")
    warehouse.query("ALTER TABLE BACKLOG_SYNC_RUNS DROP COLUMN ROWS_DELETED")
    run.xcoms.clear()
    edit(space, op="update_issue", id="newest", fields={"summary": "changed"})
    assert run("issues")["mode"] == "incremental"
    assert rows(warehouse, "BACKLOG_ISSUES") == fresh(run, warehouse, "issues")
    assert warehouse.query(
        "SELECT COUNT(*), COUNT(ROWS_DELETED) FROM BACKLOG_SYNC_RUNS WHERE TABLE_NAME <> 'FRESH'"
    ) == [(2, 1)]


@pytest.mark.usefixtures("space")
def test_new_endpoint_is_loaded_beside_tables_of_an_earlier_release(run: Runs, warehouse: Warehouse) -> None:
    run("users")
    warehouse.query("ALTER TABLE BACKLOG_SYNC_STATE DROP COLUMN TABLE_COLUMNS")
    warehouse.query("ALTER TABLE BACKLOG_SYNC_RUNS DROP COLUMN QUERY_IDS")
    assert run("projects")["mode"] == "full"


def test_column_of_what_records_do_not_hold_is_filled_by_reading_again(run: Runs, warehouse: Warehouse) -> None:
    later = CATALOGUE["issue_attachments"]
    before = replace(later, columns=tuple(column for column in later.columns if column.name != "PROJECT_ID"))
    run("attachments", endpoint=before)
    assert run("attachments", endpoint=later)["mode"] == "full"
    [(rows, filled)] = warehouse.query("SELECT COUNT(*), COUNT(PROJECT_ID) FROM BACKLOG_ISSUE_ATTACHMENTS")
    assert rows == filled > 0
    assert run("attachments", endpoint=later)["mode"] == "noop"


# Columns that release 0.1.0 had only in RAW, and where each stands in the record.
SINCE_0_1_0: dict[str, dict[str, str]] = {
    "projects": {
        "USE_RESOLVED_FOR_CHART": "useResolvedForChart",
        "GRANDCHILD_ISSUE_ENABLED": "grandchildIssueEnabled",
        "PROJECT_LEADER_CAN_EDIT_PROJECT_LEADER": "projectLeaderCanEditProjectLeader",
        "USE_WIKI_TREE_VIEW": "useWikiTreeView",
        "USE_ORIGINAL_IMAGE_SIZE_AT_WIKI": "useOriginalImageSizeAtWiki",
    },
    "notifications": {
        "REPOSITORY_ID": "repository.id",
        "PULL_REQUEST_COMMENT_ID": "pullRequestComment.id",
        "DOCUMENT_ID": "document.id",
        "DOCUMENT_COMMENT_ID": "documentComment.id",
        "DOCUMENT_COMMENT_REPLY_ID": "documentCommentReply.id",
    },
    "documents": {"CHILD_DOCUMENT_IDS": "childDocumentIds"},
    "document_tree": {"STATUS_ID": "statusId", "EMOJI_TYPE": "emojiType"},
    "custom_fields": {
        "DISPLAY_ORDER": "displayOrder",
        "MIN_NUMBER": "min",
        "MAX_NUMBER": "max",
        "INITIAL_NUMBER": "initialValue",
        "MIN_DATE": "min",
        "MAX_DATE": "max",
        "INITIAL_DATE_TYPE": "initialDate.id",
        "INITIAL_DATE_SHIFT": "initialDate.shift",
        "INITIAL_DATE": "initialDate.date",
        "ALLOW_ADD_ITEM": "allowAddItem",
        "ALLOW_INPUT": "allowInput",
    },
    "licence": {
        "COMMENT_LIMIT": "commentLimit",
        "COMPONENT_LIMIT": "componentLimit",
        "VERSION_LIMIT": "versionLimit",
        "ATTRIBUTE_LIMIT": "attributeLimit",
        "REMOTE_ADDRESS_LIMIT": "remoteAddressLimit",
        "ATTACHMENT_LIMIT": "attachmentLimit",
        "ATTACHMENT_LIMIT_PER_FILE": "attachmentLimitPerFile",
        "ATTACHMENT_NUM_LIMIT": "attachmentNumLimit",
        "WIKI_ATTACHMENT_LIMIT_PER_FILE": "wikiAttachmentLimitPerFile",
        "WIKI_ATTACHMENT_NUM_LIMIT": "wikiAttachmentNumLimit",
        "PULL_REQUEST_ATTACHMENT_LIMIT_PER_FILE": "pullRequestAttachmentLimitPerFile",
        "PULL_REQUEST_ATTACHMENT_NUM_LIMIT": "pullRequestAttachmentNumLimit",
        "GRANDCHILD_ISSUE_ENABLED": "grandchildIssueEnabled",
        "SUBVERSION_EXTERNAL": "subversionExternal",
        "POST_ISSUE_BY_MAIL": "postIssueByMail",
        "REMOTE_ADDRESS": "remoteAddress",
        "NULAB_ACCOUNT": "nulabAccount",
    },
}


def with_something_for_every_column(space: Emulator) -> None:
    """Let the space have a value for each of them."""
    space.space.switches.change(custom_field_order="sent")
    people = [user.id for user in space.space.users.values()]
    mine = edit(space, op="create_document", project="WEB", title="mine", emoji="🐟")["id"]
    edit(space, op="create_document", project="WEB", title="below", parent=mine)
    edit(space, op="add_document_comment", document=mine, plain="a question", by=people[1])
    own = edit(space, op="add_document_comment", document=mine, plain="mine")["id"]
    edit(space, op="add_document_reply", comment=own, plain="an answer", by=people[1])
    request = edit(space, op="create_pull_request", repository="oldest", fields={"assigneeId": people[0]})["id"]
    edit(space, op="comment_pull_request", pull_request=request, content="said", by=people[1])
    with space.space.lock:
        defined = {field.type_id: field.settings for field in web(space).custom_fields}
        defined[3] |= {"min": "0.5", "initialValue": 2}
        defined[4] |= {"max": date(2026, 5, 2), "initialDate": {"id": 3, "shift": 2, "date": date(2026, 4, 30)}}


def web(space: Emulator) -> Project:
    """The project that has a custom field of every kind."""
    return next(project for project in space.space.projects.values() if project.key == "WEB")


@pytest.mark.parametrize("name", SINCE_0_1_0)
def test_table_of_release_0_1_0_gets_each_column_that_is_new_since_filled_from_raw(
    run: Runs, space: Emulator, warehouse: Warehouse, name: str
) -> None:
    with_something_for_every_column(space)
    endpoint, added = CATALOGUE[name], SINCE_0_1_0[name]
    before = replace(endpoint, columns=tuple(c for c in endpoint.columns if c.name not in added))
    assert len(endpoint.columns) - len(before.columns) == len(added)
    table = run(name, endpoint=before)["table"]

    assert run(name)["mode"] == "noop"
    assert rows(warehouse, table) == fresh(run, warehouse, name)
    [filled] = warehouse.query(f"SELECT {', '.join(f'COUNT({column})' for column in added)} FROM {table}")
    assert all(filled), dict(zip(added, filled, strict=True))


@pytest.mark.parametrize("encoding", ["utc", "japan"])
def test_limits_of_custom_fields_are_numbers_or_the_days_that_were_meant(
    run: Runs, space: Emulator, warehouse: Warehouse, encoding: str
) -> None:
    space.space.switches.change(day_encoding=encoding)
    with_something_for_every_column(space)
    run("custom_fields")
    columns = "MIN_NUMBER, MAX_NUMBER, INITIAL_NUMBER, MIN_DATE, MAX_DATE, INITIAL_DATE_TYPE, INITIAL_DATE"
    found = warehouse.query(
        f"SELECT TYPE_ID, {columns} FROM BACKLOG_CUSTOM_FIELDS "
        f"WHERE PROJECT_ID = {web(space).id} AND TYPE_ID < 6 ORDER BY TYPE_ID"
    )
    nothing = (None,) * 7
    assert found == [
        (1, *nothing),
        (2, *nothing),
        (3, 0.5, 100.0, 2.0, None, None, None, None),
        (4, None, None, None, date(2024, 4, 1), date(2026, 5, 2), 3, date(2026, 4, 30)),
        (5, *nothing),
    ]


def test_address_that_may_be_a_secret_has_no_column_in_a_table_that_a_dag_loads_by_itself() -> None:
    loaded = {name for name in CATALOGUE if name in (*HOURLY, *DAILY)}
    shown = {name for name, e in CATALOGUE.items() if any("hookurl" in c.path.lower() for c in e.columns)}
    assert shown == {"webhooks"}
    assert not shown & loaded
