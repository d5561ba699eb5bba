"""The operator that creates and updates the views over the tables of a space."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

from airflow.providers.common.compat.sdk import BaseOperator

from backlog_provider import arguments
from backlog_provider.operators.failures import fail_in_one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow.providers.common.compat.sdk import Context

ACTIONS = ("created", "replaced", "unchanged", "left out")


class BacklogViewsOperator(BaseOperator):
    """Creates the views of ``backlog_provider.views`` in the schema of the tables, and keeps them up to date.

    A view is created once its tables exist. A view that is up to date is left alone, and so is a view of your own with
    the same name. No warehouse is resumed.

    :param snowflake_conn_id: the Snowflake connection.
    :param database: the database of the tables; default: the connection's.
    :param schema: the schema of the tables; default: the connection's. The tables have their default names.

    Returns the names of the views that were ``created``, ``replaced``, ``unchanged`` or ``left_out``, and the
    ``query_ids``.
    """

    template_fields: Sequence[str] = ("schema", "database")
    ui_color = "#dff5ee"

    def __init__(
        self,
        *,
        snowflake_conn_id: str = "snowflake_default",
        database: str | None = None,
        schema: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.snowflake_conn_id = snowflake_conn_id
        self.database = database
        self.schema = schema
        for name in ("database", "schema"):
            arguments.if_literal(lambda text, name=name: arguments.checked_name(text, name), getattr(self, name))

    def execute(self, context: Context) -> dict[str, Any]:
        """Do it, and return the summary."""
        with fail_in_one_line():
            return self._execute(context)

    def _execute(self, context: Context) -> dict[str, Any]:
        from backlog_provider.hooks.snowflake import Destination, log_in
        from backlog_provider.load.sql.merge import STATE_TABLE
        from backlog_provider.load.sync_state import Run
        from backlog_provider.views.deployment import deploy

        destination = Destination.of(
            self.snowflake_conn_id,
            database=arguments.optional(self.database),
            schema=arguments.optional(self.schema),
            table=STATE_TABLE,  # the schema is what matters
        )
        session, target = log_in(destination, Run(context["run_id"], self.dag_id, self.task_id))
        with closing(session):
            deployed = deploy(session, target.database, target.schema)
            query_ids = list(session.query_ids)
        for each in deployed:
            self.log.info("%s: %s%s", each.view, each.action, f", {each.reason}" if each.reason else "")
        by_action = {a.replace(" ", "_"): [each.view for each in deployed if each.action == a] for a in ACTIONS}
        return {**by_action, "query_ids": query_ids}
