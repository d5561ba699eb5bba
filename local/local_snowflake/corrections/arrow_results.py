"""DuckDB 2 hands out a result as Arrow without a warning that fakesnow could not heed.

The warning asks for queries to be run in another way; where warnings are errors, every statement failed.
"""

import importlib
import importlib.util
from typing import Any

import duckdb

_SEAM = "duckdb._seam"  # exists in DuckDB 2 only, and so does the warning


def apply() -> None:
    """Take the warning, and nothing else, out of DuckDBPyConnection.to_arrow_table."""
    if importlib.util.find_spec(_SEAM) is None:
        return
    seam = importlib.import_module(_SEAM)

    def to_arrow_table(self: duckdb.DuckDBPyConnection, batch_size: Any = 1_000_000) -> Any:
        return seam.result_arrow(self, int(batch_size), reader=False)

    duckdb.DuckDBPyConnection.to_arrow_table = to_arrow_table  # type: ignore[method-assign]
