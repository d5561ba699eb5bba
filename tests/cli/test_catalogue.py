"""``python -m backlog_provider catalogue``: the same for people, for programs, and in the documents."""

from __future__ import annotations

import json

import pytest
from tests.cli.test_plan import command
from tests.conftest import PROJECT

from backlog_provider.catalogue import CATALOGUE


def printed(*arguments: str) -> str:
    done = command("catalogue", *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_documents_have_the_table_that_the_command_prints() -> None:
    assert printed("--format", "markdown") in (PROJECT / "docs/reference/endpoints.md").read_text()


def test_every_endpoint_is_described_from_its_own_data() -> None:
    described = json.loads(printed("--format", "json"))
    assert [(each["endpoint"], each["table"], each["path"], each["key"]) for each in described] == [
        (e.name, e.table, e.path, ", ".join(e.key)) for e in CATALOGUE.values()
    ]
    assert all(each[words] for each in described for words in ("read", "mark", "full load", "increment"))
    assert {each["endpoint"] for each in described if "administrator" in each["only for"]} == {
        *("users", "teams", "disk_usage", "webhooks", "stars")
    }


def test_table_for_people_is_a_line_each_and_cuts_nothing_off() -> None:
    heading, *lines = printed().splitlines()
    assert heading.split()[:4] == ["endpoint", "key", "read", "every"]
    assert [line.split()[0] for line in lines[: len(CATALOGUE)]] == list(CATALOGUE)
    assert "…" not in printed()


@pytest.mark.parametrize("arguments", [["--format", "xml"], ["issues"]])
def test_arguments_that_cannot_work_are_refused(arguments: list[str]) -> None:
    done = command("catalogue", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "catalogue: error:" in done.stderr or "unrecognized arguments" in done.stderr
