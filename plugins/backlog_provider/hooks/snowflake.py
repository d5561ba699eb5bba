"""From a Snowflake connection to a session in the target's schema. Every connection is made by SnowflakeHook."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import snowflake.connector.errors as snowflake_errors
from airflow.providers.snowflake.hooks.snowflake import SnowflakeHook

from backlog_provider.exceptions import ConfigurationError
from backlog_provider.hooks.query_tag import with_query_tag
from backlog_provider.load.identifiers import TableName, identifier
from backlog_provider.load.loader import Loader
from backlog_provider.load.session import Session, load_error

if TYPE_CHECKING:
    from collections.abc import Callable

    from snowflake.connector import SnowflakeConnection

    from backlog_provider.catalogue import Endpoint
    from backlog_provider.load.sync_state import Run


@dataclass(frozen=True)
class Destination:
    """Where rows go, as far as it is known without connecting.

    :param database: its exact name; None where neither operator nor connection gives one.
    :param schema: likewise.
    :param table: the exact name of the table.
    """

    conn_id: str
    database: str | None
    schema: str | None
    table: str

    @classmethod
    def of(cls, conn_id: str, *, database: str | None, schema: str | None, table: str) -> Destination:
        """Return the destination that these arguments and the connection mean.

        :raises ConfigurationError: for a name that is no identifier.
        """
        connection = SnowflakeHook(conn_id).get_connection(conn_id)
        extra = connection.extra_dejson
        in_extra = extra.get("database") or extra.get("extra__snowflake__database")
        where = f"of connection {conn_id!r}"
        return cls(
            conn_id,
            _name(database, "database") or _name(in_extra, f"database {where}"),
            _name(schema, "schema") or _name(connection.schema, f"schema {where}"),
            identifier(table, "table"),
        )

    @property
    def account(self) -> str:
        """The account, as the connection names it."""
        extra = SnowflakeHook(self.conn_id).get_connection(self.conn_id).extra_dejson
        found = (extra.get(name) or extra.get(f"extra__snowflake__{name}") for name in ("account", "region"))
        return ".".join(part for part in found if part)

    @property
    def host(self) -> str:
        """The account's host, where the connection names one; otherwise the account: both are its name in lineage."""
        return SnowflakeHook(self.conn_id).get_connection(self.conn_id).extra_dejson.get("host") or self.account

    @property
    def names(self) -> dict[str, str | None]:
        """The three names, as marks carry them."""
        return {"database": self.database, "schema": self.schema, "table": self.table}


def log_in(
    to: Destination, run: Run, make: Callable[[SnowflakeConnection], Session] = Session, **about: str
) -> tuple[Session, TableName]:
    """Log in, and return the session, which is the caller's to close, and the full name of the destination.

    :param run: who asks; named, with ``about``, in the tag of every statement.
    :param make: makes the session from the connection; a rehearsal where nothing may be written.
    :raises LoadError: where Snowflake refuses the login.
    :raises ConfigurationError: where there is no current database or schema.
    """
    parameters = SnowflakeHook(to.conn_id).get_connection(to.conn_id).extra_dejson.get("session_parameters")
    tagged = with_query_tag(parameters, {**asdict(run), **about})
    hook = SnowflakeHook(to.conn_id, database=to.database, schema=to.schema, session_parameters=tagged)
    try:
        connection = hook.get_conn()
    except snowflake_errors.Error as error:
        raise load_error(f"log in with connection {to.conn_id!r}", error) from None
    session = make(connection)
    database, schema = to.database or connection.database, to.schema or connection.schema
    if not database or not schema:
        session.close()
        missing = "schema" if database else "database"
        raise ConfigurationError(
            f"{missing}: neither the operator nor connection {to.conn_id!r} names one; give it in either"
        )
    return session, TableName(database, schema, to.table)


class TableConnection:
    """The Snowflake side of one run: logs in when it is first needed, and perhaps never.

    :param space: the Backlog space that the rows come from.
    :param run: named in the rows and in the ledger.
    :param keeps_history: whether the table is to have a history from now on; None leaves it as it is.
    """

    def __init__(
        self,
        destination: Destination,
        endpoint: Endpoint,
        *,
        space: str,
        run: Run,
        keeps_history: bool | None = None,
    ) -> None:
        self.destination = destination
        self._endpoint = endpoint
        self._space = space
        self._run = run
        self._keeps_history = keeps_history
        self._session: Session | None = None
        self.target: TableName | None = None
        """The table, by its full name, once somebody has logged in."""

    def open(self, session: Callable[[SnowflakeConnection], Session] = Session) -> Loader:
        """Log in, and return the loader of the table.

        :param session: makes the session from the connection; a rehearsal where nothing may be written.
        :raises LoadError, ConfigurationError: as ``log_in`` does.
        """
        about = {"endpoint": self._endpoint.name, "table": self.destination.table}
        self._session, target = log_in(self.destination, self._run, session, **about)
        self.target = target
        return Loader(
            self._session,
            self._endpoint,
            target,
            space=self._space,
            run=self._run,
            keeps_history=self._keeps_history,
        )

    @property
    def query_ids(self) -> list[str]:
        """The ids of all statements of this run."""
        return self._session.query_ids if self._session else []

    def changed(self, *, own: bool) -> list[TableName]:
        """Return the tables in which this run has changed rows, the run's own first.

        :param own: whether it has inserted or updated rows of that.
        """
        if self.target is None or self._session is None:
            return []
        names = {self.target.table: None} if own else {}
        return [self.target.sibling(name) for name in {**names, **dict.fromkeys(sorted(self._session.changed_tables))}]

    def close(self) -> None:
        """Log out, if logged in."""
        if self._session:
            self._session.close()


def _name(text: str | None, argument: str) -> str | None:
    return identifier(text, argument) if text else None
