"""bin/init_airflow.py says in a line each what is short and what cannot work, before it touches anything."""

from __future__ import annotations

from importlib import metadata

import pytest
from bin.init_airflow import Machine, checked, pools

from backlog_provider.airflow_spaces import spaces_named

ENOUGH = Machine(memory=8, disk=50, processors=4)
LOCK = f"# a comment\nrequests=={metadata.version('requests')} ; python_version >= '3'\n    # via somebody\n"


def said(environment: dict[str, str], machine: Machine = ENOUGH, lock: str = LOCK) -> list[str]:
    """All findings, as they are printed."""
    return [str(finding) for finding in checked(environment, machine, lock)]


@pytest.fixture
def environment(demo: dict[str, str]) -> dict[str, str]:
    """What the containers of the demo have."""
    return dict(demo)


def test_of_the_demo_on_a_machine_that_is_large_enough_nothing_is_to_be_said(environment: dict[str, str]) -> None:
    assert said(environment) == []


@pytest.mark.parametrize(
    ("machine", "words"),
    [
        (
            Machine(2, 50, 4),
            "warning: 2.0 GB of memory: give Docker 4 GB, or set AIRFLOW__CELERY__WORKER_CONCURRENCY=2",
        ),
        (Machine(8, 5, 4), "warning: 5.0 GB of disk are free: 10 GB are enough for the logs of some months"),
        (Machine(8, 0.5, 4), "error: 0.5 GB of disk are free: the database needs room, 10 GB are enough"),
        (
            Machine(8, 50, 1),
            "warning: one processor: Airflow starts slowly on it, and health checks may time out; give Docker 2",
        ),
    ],
)
def test_a_machine_that_is_too_small(environment: dict[str, str], machine: Machine, words: str) -> None:
    assert said(environment, machine) == [words]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("AIRFLOW__CORE__FERNET_KEY", "a secret", "is no Fernet key, 32 bytes in URL-safe base64"),
        ("AIRFLOW__API__SECRET_KEY", "a secret", "has fewer than 32 characters"),
        ("AIRFLOW__API_AUTH__JWT_SECRET", "a secret", "has fewer than 32 characters"),
        ("POSTGRES_PASSWORD", "a/secret@", "becomes part of a URL, and has other characters than letters and digits"),
        ("REDIS_PASSWORD", "a/secret@", "becomes part of a URL, and has other characters than letters and digits"),
    ],
)
def test_a_secret_that_airflow_cannot_use_is_named_and_not_shown(
    environment: dict[str, str], name: str, value: str, words: str
) -> None:
    [line] = said(environment | {name: value})
    assert line == f"error: {name} in .env {words}: python3 bin/new_env.py makes one, into a new .env"


def test_an_example_that_was_left_as_it_is(environment: dict[str, str]) -> None:
    example = '{"conn_type": "backlog", "host": "https://SPACE.backlog.com", "password": "API KEY"}'
    [line] = said(environment | {"AIRFLOW_CONN_BACKLOG_DEFAULT": example})
    assert line.startswith("error: AIRFLOW_CONN_BACKLOG_DEFAULT in .env is still the example")


def test_a_connection_that_cannot_be_read_is_named_and_not_shown(environment: dict[str, str]) -> None:
    [line] = said(environment | {"AIRFLOW_CONN_BACKLOG_ALPHA": '{"password": "a secret"'})
    assert line == "error: AIRFLOW_CONN_BACKLOG_ALPHA in .env is no JSON: it stands between single quotes, on one line"
    assert said(environment | {"AIRFLOW_CONN_BACKLOG_ALPHA": "backlog://:key@space.backlog.com"}) == []


def test_a_list_of_spaces_that_is_none(environment: dict[str, str]) -> None:
    [line] = said(environment | {"BACKLOG_SPACES": "backlog_alpha"})
    assert line == "error: BACKLOG_SPACES: backlog_alpha: not of the form CONNECTION:SCHEMA (in .env)"


def test_an_image_with_other_versions_than_the_lock(environment: dict[str, str]) -> None:
    lock = "requests==1.0\nnot-installed==2.0\nrich==1.0 ; python_version < '3'\n"
    [line] = said(environment, lock=lock)
    installed = metadata.version("requests")
    assert line == (
        "warning: the image has other versions than requirements.txt: "
        f"requests {installed}, not ==1.0, not-installed 0, not ==2.0; docker compose build"
    )


def test_each_backlog_connection_gets_a_pool_of_one_slot() -> None:
    made = pools(["backlog_default", *spaces_named("backlog_alpha:ALPHA")])
    assert set(made) == {"backlog_default", "backlog_alpha"}
    assert {pool["slots"] for pool in made.values()} == {1}
