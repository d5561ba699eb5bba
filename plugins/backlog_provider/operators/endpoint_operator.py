"""The base of operators that read a space: one endpoint of a space, one table of an account."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from airflow.providers.common.compat.sdk import AirflowSkipException, BaseOperator

from backlog_provider import arguments
from backlog_provider.assets import table_alias
from backlog_provider.catalogue import Endpoint, find
from backlog_provider.exceptions import AccessDeniedError
from backlog_provider.operators.asset_events import emit_asset_events
from backlog_provider.operators.failures import fail_in_one_line
from backlog_provider.operators.lineage import Loaded, facets
from backlog_provider.operators.links import SpaceLink
from backlog_provider.transform import pii as transform_pii

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from airflow.providers.common.compat.sdk import Context
    from airflow.providers.openlineage.extractors import OperatorLineage

    from backlog_provider.hooks.backlog import BacklogHook
    from backlog_provider.hooks.snowflake import Destination, TableConnection
    from backlog_provider.transform.pii import PiiFilter


class EndpointOperator(BaseOperator):
    """Names an endpoint and its table, checks the names as early as they are known, and fails in one line.

    Its outlets have the alias of the table, ``table_alias``: see ``backlog_provider.assets``.

    :param endpoint: a name from the catalogue, or an ``Endpoint`` of your own.
    :param backlog_conn_id: the Backlog connection.
    :param snowflake_conn_id: the Snowflake connection.
    :param database: where the table is; the connection's where it is None.
    :param schema: where the table is; the connection's where it is None.
    :param table: its name; ``BACKLOG_<ENDPOINT>`` where it is None.
    :param project_keys: these projects only; every project that the key's user takes part in where it is None.
    :param pii: what becomes of names and mail addresses of people: ``keep``, ``hash``, with the connection's
        ``pii_secret``, or ``drop``. No template: who may see people is not for whoever triggers a run to decide.
    """

    template_fields: Sequence[str] = ("endpoint", "table", "schema", "database", "project_keys")
    ui_color = "#dff5ee"
    operator_extra_links = (SpaceLink(),)

    def __init__(
        self,
        *,
        endpoint: str | Endpoint,
        backlog_conn_id: str = "backlog_default",
        snowflake_conn_id: str = "snowflake_default",
        database: str | None = None,
        schema: str | None = None,
        table: str | None = None,
        project_keys: Sequence[str] | str | None = None,
        pii: str = transform_pii.KEEP,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.endpoint = endpoint
        self.backlog_conn_id = backlog_conn_id
        self.snowflake_conn_id = snowflake_conn_id
        self.database = database
        self.schema = schema
        self.table = table
        self.project_keys = project_keys
        self.pii = pii
        transform_pii.check_mode(pii)
        arguments.if_literal(find, endpoint)
        for name in ("database", "schema", "table"):
            arguments.if_literal(lambda text, name=name: arguments.checked_name(text, name), getattr(self, name))
        arguments.if_literal(arguments.project_keys, project_keys)
        where = {"database": database, "schema": schema, "table": table}
        self.table_alias = table_alias(endpoint, snowflake_conn_id=snowflake_conn_id, **where)
        self.outlets = [*self.outlets, self.table_alias]
        self._loaded: Loaded | None = None

    def execute(self, context: Context) -> dict[str, Any]:
        """Do it, and return the summary; skipped, with a warning, where the key's user may not read the endpoint."""
        with fail_in_one_line(), self._skipped_where_refused():
            return self._execute(context)

    @contextmanager
    def _skipped_where_refused(self) -> Iterator[None]:
        try:
            yield
        except AccessDeniedError as error:
            self._skip_if_ordinary(error)
            raise

    def _skip_if_ordinary(self, error: AccessDeniedError) -> None:
        endpoint = find(self.endpoint)
        if endpoint.may_be_refused and not error.is_of_all:
            why = f"only {endpoint.role} may read it" if endpoint.role else "the feature may be switched off"
            self.log.warning("%s is left out, because %s: %s", endpoint, why, error)
            raise AirflowSkipException(f"{endpoint}: {why}: {error}") from None

    def _execute(self, context: Context) -> dict[str, Any]:
        raise NotImplementedError

    def _report(
        self, context: Context, endpoint: Endpoint, space: str, warehouse: TableConnection, done: dict[str, Any]
    ) -> None:
        """Tell Airflow of the tables that have changed, and keep what OpenLineage will ask for."""
        emit_asset_events(self, context, warehouse, done)
        self._loaded = Loaded.of(endpoint, space, warehouse, done)

    def get_openlineage_facets_on_complete(self, _: Any) -> OperatorLineage[Any, Any] | None:
        """Return what OpenLineage is to be told, given the task's instance; None where nothing was done."""
        return facets(self._loaded) if self._loaded else None

    def _destination(self, endpoint: Endpoint) -> Destination:
        from backlog_provider.hooks.snowflake import Destination

        return Destination.of(
            self.snowflake_conn_id,
            database=arguments.optional(self.database),
            schema=arguments.optional(self.schema),
            table=arguments.optional(self.table) or endpoint.table,
        )

    def _protector(self, hook: BacklogHook) -> PiiFilter | None:
        """Return what is to be done to the people in a record; an error, before anything is read, where it cannot."""
        return transform_pii.pii_filter(self.pii, hook.pii_secret, named=hook.named("pii_secret"))
