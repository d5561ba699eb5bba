"""``python -m backlog_provider views`` as a user meets it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlglot
from tests.cli.test_plan import command

from backlog_provider.views import VIEWS

if TYPE_CHECKING:
    from tests.conftest import Runs, Warehouse


def test_views_are_made_and_what_became_of_each_is_told(run: Runs, warehouse: Warehouse) -> None:
    run("issues")
    for action in ("created", "unchanged"):
        done = command("views")
        assert (done.returncode, done.stderr) == (0, "")
        lines = {line.split()[0]: line.split(maxsplit=1)[1].rstrip() for line in done.stdout.splitlines()[1:]}
        assert list(lines) == [view.view for view in VIEWS.values()]
        assert lines["BACKLOG_ISSUE_CATEGORIES"] == action
        assert lines["BACKLOG_CURRENT_ISSUES"].split(maxsplit=2)[:2] == ["left", "out"]
        assert lines["BACKLOG_CURRENT_ISSUES"].endswith("there is no BACKLOG_PROJECTS")
    assert warehouse.query("SELECT COUNT(*) > 0 FROM BACKLOG_ISSUE_CATEGORIES") == [(True,)]


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ((), '"BACKLOG_ISSUE_STARS"'),
        (("--schema", "raw"), '"RAW"."BACKLOG_ISSUE_STARS"'),
        (("--database", "D", "--schema", '"my own"'), '"D"."my own"."BACKLOG_ISSUE_STARS"'),
    ],
)
def test_sql_is_printed_without_any_connection(arguments: tuple[str, ...], name: str) -> None:
    done = command("views", "--print", *arguments, AIRFLOW_CONN_SNOWFLAKE_DEFAULT="")
    assert (done.returncode, done.stderr) == (0, "")
    assert len([tree for tree in sqlglot.parse(done.stdout, read="snowflake") if tree]) == len(VIEWS)
    assert f"CREATE OR REPLACE VIEW {name} COPY GRANTS" in done.stdout


def test_arguments_that_cannot_work_are_refused() -> None:
    done = command("views", "--print", "--database", "D")
    assert done.returncode == 2
    assert "--database: a name needs its schema as well" in done.stderr
