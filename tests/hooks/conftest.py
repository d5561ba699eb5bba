"""A metadata database with Airflow's Variables, and connections to an app that a user has authorized."""

from __future__ import annotations

import json
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from airflow import settings
from airflow.models.base import Base
from airflow.models.variable import Variable
from airflow.utils.session import create_session
from cryptography.fernet import Fernet

from backlog_provider.hooks.backlog import BacklogHook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from backlog_emulator.emulator import Emulator

TABLES = [table for name, table in Base.metadata.tables.items() if name in {"variable", "team"}]


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A database of this process alone."""
    url = f"sqlite:///{tmp_path_factory.mktemp('airflow')}/airflow.db?timeout=60"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", url)
        patch.setenv("AIRFLOW__CORE__FERNET_KEY", Fernet.generate_key().decode())
        settings.configure_vars()  # type: ignore[no-untyped-call]
        settings.configure_orm()  # type: ignore[no-untyped-call]
        yield
        settings.dispose_orm()


@pytest.fixture
def variables(database: None) -> Iterator[Callable[..., dict[str, Any]]]:
    """Tells the Variables that there are; with ``raw``, as the table has them."""
    Base.metadata.create_all(settings.engine, tables=TABLES)

    def told(*, raw: bool = False) -> dict[str, Any]:
        with create_session() as session:
            return {each.key: each._val if raw else each.val for each in session.query(Variable).all()}

    yield told
    Base.metadata.drop_all(settings.engine, tables=TABLES)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits are short."""
    monkeypatch.setattr("backlog_provider.api.token_refresh.SETTLE_SECONDS", 0.01)
    monkeypatch.setattr("backlog_provider.api.token_refresh.POLL_SECONDS", 0.01)
    monkeypatch.setattr("backlog_provider.api.token_refresh.REREAD_DELAYS", (0.0, 0.1, 0.2))
    monkeypatch.setattr("backlog_provider.api.client.GROWING_WAIT", lambda _: 0)


@pytest.fixture
def authorized(space: Emulator) -> dict[str, str]:
    """The three fields of a connection whose user has just authorized the app."""
    return space.oauth.authorize(space.space.owner)


@pytest.fixture
def hook(
    space: Emulator, authorized: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., AbstractContextManager[BacklogHook]]:
    """Makes a hook of its own for the authorized app, as each task has one; ``extra`` has other fields."""

    @contextmanager
    def made(conn_id: str = "backlog_default", **extra: Any) -> Iterator[BacklogHook]:
        connection = {"conn_type": "backlog", "host": space.url, "extra": {**authorized, **extra}}
        monkeypatch.setenv(f"AIRFLOW_CONN_{conn_id.upper()}", json.dumps(connection))
        with closing(BacklogHook(conn_id)) as hook:
            yield hook

    return made
