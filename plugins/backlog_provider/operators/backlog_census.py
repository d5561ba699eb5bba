"""The operator that compares a table with the space, loads missing records and soft-deletes missing rows."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

from backlog_provider import arguments
from backlog_provider.catalogue import Endpoint, find
from backlog_provider.operators.endpoint_operator import EndpointOperator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airflow.providers.common.compat.sdk import Context


class BacklogCensusOperator(EndpointOperator):
    """Compares the table of one endpoint with the space, loads missing records, and soft-deletes missing rows.

    The activity feed reports most deletions. The census finds the others, and restored records such as a document from
    the trash. It leaves rows alone that are only hidden: rows of projects that the key's user has left or may not list,
    and of archived projects that are no longer listed.

    Issues, wikis and documents are compared by key and version. For other endpoints every list is read again, one per
    issue, document, wiki, repository, pull request or user, to find what was edited, deleted or taken back silently.
    Requests: comments of issues take two per issue and one per 100 issues; attachments of issues one per issue with
    attachments; pull requests two per repository; comments and attachments of pull requests two, and one per pull
    request; stars two per user; notifications one per 100, and none is ever soft-deleted. If a list is refused, cut or
    hidden, its rows are left alone.

    :param endpoint: a name from the catalogue, or an ``Endpoint`` of your own, that has a census.
    :param allow_mass_deletion: soft-delete even more than a tenth of a project's rows at once. Otherwise the task
        fails, and soft-deletes nothing.
    :param accept_count_difference: take the census although the space lists up to so many records fewer than it counts.
        Otherwise the task fails, and soft-deletes nothing.

    The other arguments are those of ``BacklogToSnowflakeOperator``. So is the summary, with ``mode`` ``census``
    (``noop`` if nothing is loaded yet) and these numbers:

    - ``listed``: records of the space.
    - ``unknown``: records without a living row, loaded now. ``outdated``: records with a later version than their row,
      or in lists that are read again, another record; loaded now.
    - ``deleted``, ``trashed``, ``unobserved``: soft-deleted rows. The feed reports the first, or their project is gone;
      the second are in the trash; nothing reports the third.
    - ``project_archived``, ``access_lost``: rows left alone; the second also for lists that could not be read whole.
    """

    template_fields: Sequence[str] = (
        *EndpointOperator.template_fields,
        "allow_mass_deletion",
        "accept_count_difference",
    )

    def __init__(
        self,
        *,
        endpoint: str | Endpoint,
        allow_mass_deletion: bool | str = False,
        accept_count_difference: int | str = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(endpoint=endpoint, **kwargs)
        self.allow_mass_deletion = allow_mass_deletion
        self.accept_count_difference = accept_count_difference
        arguments.if_literal(lambda name: arguments.check_census(find(name)), endpoint)
        arguments.if_literal(lambda value: arguments.flag(value, "allow_mass_deletion"), allow_mass_deletion)
        arguments.if_literal(lambda value: arguments.count(value, "accept_count_difference"), accept_count_difference)

    def _execute(self, context: Context) -> dict[str, Any]:
        from backlog_provider.extract.stream import Reader
        from backlog_provider.hooks.backlog import BacklogHook
        from backlog_provider.hooks.snowflake import TableConnection
        from backlog_provider.load.sync_state import Run
        from backlog_provider.sync import reconcile

        endpoint = find(self.endpoint)
        arguments.check_census(endpoint)
        allowed = arguments.flag(self.allow_mass_deletion, "allow_mass_deletion")
        accepted = arguments.count(self.accept_count_difference, "accept_count_difference")
        destination = self._destination(endpoint)
        run = Run(context["run_id"], self.dag_id, self.task_id)
        with (
            closing(BacklogHook(self.backlog_conn_id)) as hook,
            closing(TableConnection(destination, endpoint, space=hook.space, run=run)) as warehouse,
        ):
            reader = Reader(hook.client, endpoint, arguments.project_keys(self.project_keys))
            options: dict[str, Any] = {
                "allow_mass_deletion": allowed,
                "accept_count_difference": accepted,
                "protect": self._protector(hook),
            }
            outcome, findings = reconcile.run(reader, endpoint, warehouse.open, **options)
            done = {**outcome.summary(), "table": destination.table, "query_ids": warehouse.query_ids}
            self._report(context, endpoint, hook.space, warehouse, done)
        done |= findings.summary()
        self.log.info(
            "%(endpoint)s: %(listed)d listed, of them loaded now: %(unknown)d unknown, %(outdated)d outdated; "
            "%(rows_deleted)d rows marked "
            "(%(deleted)d deleted, %(trashed)d trashed, %(unobserved)d unobserved); left alone: "
            "%(project_archived)d of archived projects, %(access_lost)d of projects out of sight",
            done,
        )
        return done
