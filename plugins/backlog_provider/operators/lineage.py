"""OpenLineage facets of a load: the space and endpoint, the tables, and the numbers of rows.

Called by Airflow's OpenLineage provider alone, where that is installed and switched on: it brings everything imported
here. https://openlineage.io/docs/spec/naming, https://openlineage.io/docs/spec/facets
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from airflow.providers.openlineage.extractors import OperatorLineage

    from backlog_provider.catalogue import Endpoint
    from backlog_provider.hooks.snowflake import TableConnection
    from backlog_provider.load.identifiers import TableName


@dataclass(frozen=True)
class Loaded:
    """What a task has done, kept until it is asked for.

    :param space: the address of the Backlog space, without a scheme.
    :param host: the Snowflake account.
    :param own: the table of the endpoint.
    :param others: tables in which rows were marked as deleted, or revived.
    :param rows: how many were written to its own.
    """

    endpoint: Endpoint
    space: str
    host: str
    own: TableName
    others: Sequence[TableName]
    rows: int

    @classmethod
    def of(cls, endpoint: Endpoint, space: str, warehouse: TableConnection, done: Mapping[str, Any]) -> Loaded | None:
        """Return it from a summary; None where nobody has logged in to Snowflake."""
        if warehouse.target is None:
            return None
        others = [target for target in warehouse.changed(own=False) if target != warehouse.target]
        rows = int(done["rows_inserted"]) + int(done["rows_updated"])
        return cls(endpoint, space, warehouse.destination.host, warehouse.target, others, rows)


def facets(loaded: Loaded) -> OperatorLineage[Any, Any]:
    """Return it as OpenLineage has it."""
    from airflow.providers.common.compat.openlineage.facet import (
        Dataset,
        OutputDataset,
        OutputStatisticsOutputDatasetFacet,
        SchemaDatasetFacet,
        SchemaDatasetFacetFields,
    )
    from airflow.providers.openlineage.extractors import OperatorLineage
    from airflow.providers.snowflake.utils.openlineage import fix_account_name

    from backlog_provider.load.sql.merge import table_columns

    # As Airflow's own Snowflake operators name it, so that both are one dataset.
    namespace = f"snowflake://{fix_account_name(loaded.host.lower())}"
    kinds = table_columns(loaded.endpoint)
    schema = SchemaDatasetFacet(fields=[SchemaDatasetFacetFields(name, kind.value) for name, kind in kinds.items()])
    own = OutputDataset(
        namespace=namespace,
        name=str(loaded.own),
        facets={"schema": schema},
        outputFacets={"outputStatistics": OutputStatisticsOutputDatasetFacet(rowCount=loaded.rows)},
    )
    return OperatorLineage(
        inputs=[Dataset(namespace=f"backlog://{loaded.space}", name=loaded.endpoint.name)],
        outputs=[own, *(OutputDataset(namespace=namespace, name=str(other)) for other in loaded.others)],
    )
