"""``python -m backlog_provider export`` as a user meets it: a process, its two streams, its files."""

from __future__ import annotations

import csv
import hmac
import io
import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
from tests.conftest import CORE, edit, truth

from backlog_provider.catalogue import CATALOGUE
from backlog_provider.transform.rows import row_maker

if TYPE_CHECKING:
    from pathlib import Path

    from backlog_emulator.emulator import Emulator

TEXT = 'two\nlines, "quotes", a comma; 課題 🎉 𠮷\r\n\ttab \u2028 %s'


def environment(space: Emulator, **more: str) -> dict[str, str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    return {**env, "BACKLOG_HOST": space.url, "BACKLOG_API_KEY": space.api_key, **more}


def words(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "backlog_provider", "export", *arguments]


def exported(space: Emulator, *arguments: str, **more: str) -> subprocess.CompletedProcess[bytes]:
    env = environment(space, **more)
    return subprocess.run(words(*arguments), env=env, capture_output=True, check=False, timeout=120)


def output(space: Emulator, *arguments: str) -> bytes:
    done = exported(space, *arguments, "--quiet")
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout


def table(space: Emulator, name: str) -> dict[int, dict[str, Any]]:
    """The rows that a load would write, by key."""
    endpoint = CATALOGUE[name]
    rows = map(row_maker(endpoint), truth(space, name).values())
    return {row[endpoint.key[0]]: {column.name: row.get(column.name) for column in endpoint.columns} for row in rows}


@pytest.mark.parametrize("name", ["projects", "users", "issues"])
@pytest.mark.parametrize("form", ["json", "ndjson"])
def test_rows_are_those_of_the_table(space: Emulator, name: str, form: str) -> None:
    text = output(space, name, "--format", form)
    rows = json.loads(text) if form == "json" else [json.loads(line) for line in text.splitlines()]
    assert {row[CATALOGUE[name].key[0]]: row for row in rows} == table(space, name)
    assert len(rows) == len(table(space, name))


def test_activities_are_thirteen_fields_in_lower_case(space: Emulator) -> None:
    rows = json.loads(output(space, "activities"))
    assert " ".join(rows[0]) == (
        "activity_id activity_type activity_type_id project_id project_key project_name content creator_id "
        "creator_name creator_email_address creator_nulab_account_id creator_nulab_unique_id created_at"
    )
    expected = table(space, "activities")
    assert {row["activity_id"]: row for row in rows} == {
        key: {name.lower(): value for name, value in row.items()} for key, row in expected.items()
    }


@pytest.mark.parametrize("name", CORE)
def test_raw_records_are_as_the_api_sent_them(space: Emulator, name: str) -> None:
    assert {record["id"]: record for record in json.loads(output(space, name, "--raw"))} == truth(space, name)


def test_csv_keeps_newlines_quotes_and_emoji(space: Emulator, tmp_path: Path) -> None:
    edit(
        space, op="update_issue", id="newest", fields={"summary": TEXT.replace("\n", " ").strip(), "description": TEXT}
    )
    file = tmp_path / "issues.csv"
    done = exported(space, "issues", "-o", str(file))
    assert (done.returncode, done.stdout) == (0, b"")
    assert done.stderr.decode().startswith("issues: 250 records in ")
    rows = list(csv.DictReader(io.StringIO(file.read_bytes().decode(), newline="")))
    expected = table(space, "issues")
    assert list(rows[0]) == [column.name for column in CATALOGUE["issues"].columns]
    for row in rows:
        wanted = expected[int(row["ISSUE_ID"])]
        assert row == {name: "" if value is None else str(value) for name, value in wanted.items()}
    assert any(TEXT in row["DESCRIPTION"] for row in rows)


def test_csv_has_json_columns_as_json_and_truth_values_in_words(space: Emulator) -> None:
    def read(name: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(output(space, name, "--format", "csv").decode(), newline="")))

    contents = table(space, "activities")
    for row in read("activities"):
        assert json.loads(row["content"]) == contents[int(row["activity_id"])]["CONTENT"]
    assert {row["ARCHIVED"] for row in read("projects")} <= {"true", "false"}


def test_window_and_projects_narrow_it(space: Emulator) -> None:
    project = next(iter(space.space.projects.values()))
    window = ("--since", "2025-12-01", "--until", "2026-01-01T00:00:00Z")
    rows = json.loads(output(space, "issues", *window, "--project-keys", project.key))
    assert {row["ISSUE_ID"] for row in rows} == {
        row["ISSUE_ID"]
        for row in table(space, "issues").values()
        if row["PROJECT_ID"] == project.id and "2025-12-01" <= row["UPDATED_AT"] < "2026-01-01"
    }
    assert rows


@pytest.mark.parametrize(("form", "nothing"), [("json", []), ("ndjson", None), ("csv", None)])
def test_nothing_is_a_file_of_that_form_too(space: Emulator, form: str, nothing: Any) -> None:
    text = output(space, "issues", "--since", "2030-01-01", "--format", form)
    if form == "json":
        assert json.loads(text) == nothing
    else:
        assert text.count(b"\n") == (form == "csv")


def test_airflow_is_not_imported_where_host_and_key_are_given(space: Emulator) -> None:
    code = "import sys; from backlog_provider.cli import main; main(); sys.exit('airflow' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code, "export", "projects"], env=environment(space), capture_output=True, check=False
    )
    assert done.returncode == 0
    assert json.loads(done.stdout)


def test_connection_of_airflow_can_be_named_instead(space: Emulator) -> None:
    connection = json.dumps({"conn_type": "backlog", "host": space.url, "password": space.api_key})
    done = exported(
        space,
        "projects",
        "--backlog-conn-id",
        "there",
        "-q",
        AIRFLOW_CONN_THERE=connection,
        BACKLOG_HOST="http://nowhere",
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)


@pytest.mark.parametrize("form", ["json", "ndjson", "csv"])
def test_reader_that_has_seen_enough_ends_it_quietly(space: Emulator, form: str) -> None:
    command = f"{' '.join(words('issues', '--raw' if form != 'csv' else '-q', '--format', form))} | head -1"
    done = subprocess.run(["bash", "-c", command], env=environment(space), capture_output=True, check=False, timeout=60)
    assert len(done.stdout.splitlines()) == 1
    assert b"Traceback" not in done.stderr
    assert b"BrokenPipe" not in done.stderr


def test_file_of_before_stays_where_an_export_fails(space: Emulator, tmp_path: Path) -> None:
    file = tmp_path / "issues.json"
    file.write_text("before")
    done = exported(space, "issues", "-o", str(file), BACKLOG_API_KEY="not-the-key")
    assert (done.returncode, done.stdout) == (1, b"")
    assert b"put a valid API key" in done.stderr
    assert b"not-the-key" not in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["issues.json"]
    assert file.read_text() == "before"


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "terminated"])
def test_interrupted_export_leaves_no_file(space: Emulator, tmp_path: Path, by: signal.Signals) -> None:
    space.faults.replace([{"kind": "slow", "seconds": 8, "after": 2}])
    file = tmp_path / "issues.json"
    # Where the tests run in a shell's background, Ctrl-C is switched off for all that they start.
    listening = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    command = [
        sys.executable,
        "-c",
        f"{listening}; import sys; from backlog_provider.cli import main; sys.exit(main())",
    ]
    process = subprocess.Popen(
        [*command, "export", "issues", "-o", str(file)],
        env=environment(space),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    deadline = time.monotonic() + 30
    while not list(tmp_path.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(by)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (1, b"")
    assert err.decode() == f"interrupted; {file} is as it was\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("raw", [[], ["--raw"]])
def test_people_are_hashed_on_demand(space: Emulator, raw: list[str]) -> None:
    done = exported(space, "users", "--pii", "hash", "--quiet", *raw, BACKLOG_PII_SECRET="s" * 20)
    people = truth(space, "users")
    assert not any(person["name"] in done.stdout.decode() for person in people.values())
    name, key = ("name", "id") if raw else ("NAME", "USER_ID")
    known = {row[key]: row[name] for row in json.loads(done.stdout)}
    assert known == {
        number: hmac.digest(b"s" * 20, person["name"].encode(), "sha256").hex() for number, person in people.items()
    }


@pytest.mark.parametrize(
    ("arguments", "more", "code", "message"),
    [
        (["issues"], {"BACKLOG_HOST": ""}, 1, "BACKLOG_HOST or --host: host is empty"),
        (["issues"], {"BACKLOG_API_KEY": ""}, 1, "BACKLOG_API_KEY or --api-key is empty"),
        (["issues", "--host", "http://127.0.0.1:1", "--project-keys", "NO"], {}, 1, "connection refused"),
        (["issues", "--project-keys", "NO"], {}, 1, "takes part in no project NO"),
        (["users", "--project-keys", "NO"], {}, 1, "belong to the space, not to a project"),
        (["issues", "-o", "/nowhere/x.json"], {}, 1, "-o: /nowhere/x.json cannot be written: No such file"),
        (["issues", "-o", "/tmp"], {}, 1, "-o: /tmp is no file"),
        (["issues", "-o", "/etc/hostname/x.json"], {}, 1, "cannot be written: Not a directory"),
        (["users", "--pii", "hash"], {}, 1, "pii: hashes need a secret, and BACKLOG_PII_SECRET is missing"),
        (["isues"], {}, 2, "'isues' is not in the catalogue"),
        (["users", "--since", "2026-01-01"], {}, 2, "the API gives no times for users"),
        (["issues", "--raw", "-o", "x.csv"], {}, 2, "--raw: records have no columns"),
        (["issues", "--backlog-conn-id", "x", "--api-key", "secret-key"], {}, 2, "leave out --host and --api-key"),
    ],
)
def test_error_is_one_line_without_the_key(
    space: Emulator, arguments: list[str], more: dict[str, str], code: int, message: str
) -> None:
    done = exported(space, *arguments, **more)
    error = done.stderr.decode().splitlines()
    assert (done.returncode, done.stdout) == (code, b"")
    assert message in error[-1]
    assert code == 2 or len(error) == 1
    assert "secret-key" not in done.stderr.decode()
    assert space.api_key not in done.stderr.decode()


def test_misspelt_flag_is_named_without_what_may_be_a_key(space: Emulator) -> None:
    for arguments in (["--apikey", "SECRET"], ["--apikey=SECRET"], ["SECRET"]):
        done = exported(space, "projects", *arguments)
        assert done.returncode == 2
        assert b"unrecognized arguments" in done.stderr
        assert b"SECRET" not in done.stderr
