"""Who is logged in: what the account knows of a session, besides what fakesnow does."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

from fakesnow.conn import FakeSnowflakeConnection
from fakesnow.instance import FakeSnow
from fakesnow.server import sessions as fakesnow_sessions
from starlette.responses import Response

from local_snowflake.corrections.stages import drop_temporary_stages
from local_snowflake.statements import StatementLog


@dataclass(frozen=True)
class Session:
    """One login."""

    id: int
    role: str
    connection: FakeSnowflakeConnection
    tag: str = ""
    """The query tag of its statements, as the login gave it."""


@dataclass(frozen=True)
class State:
    """All that a running account holds."""

    engine: FakeSnow
    log: StatementLog = field(default_factory=StatementLog)
    sessions: dict[str, Session] = field(default_factory=dict)
    """Session token -> session."""
    addresses: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Session token -> host and port that the session's last statement came from."""
    running: dict[str, asyncio.Task[Response]] = field(default_factory=dict)
    """Name -> statement that has not been answered yet."""
    ids: Iterator[int] = field(default_factory=lambda: count(1))


def begin(state: State, token: str, role: str, connection: FakeSnowflakeConnection, tag: str = "") -> Session:
    """Let statements that carry the token run on the connection."""
    session = Session(id=next(state.ids), role=role, connection=connection, tag=tag)
    state.sessions[token] = session
    fakesnow_sessions[token] = connection
    return session


def end(state: State, token: str) -> None:
    """Forget a session: its open transaction is rolled back, its temporary tables and stages go."""
    state.addresses.pop(token, None)
    session = state.sessions.pop(token, None)
    fakesnow_sessions.pop(token, None)
    if session is None:
        return
    session.connection.close()
    with state.engine.duck_conn.cursor() as engine:
        drop_temporary_stages(session.connection, engine)


def end_of(state: State, address: tuple[str, int]) -> None:
    """Forget the sessions whose last statement came from the address."""
    for token, known in list(state.addresses.items()):
        if known == address:
            end(state, token)


def end_all(state: State) -> None:
    """Forget every session."""
    for token in list(state.sessions):
        end(state, token)
