"""A NULL timestamp stays NULL on its way to the client.

fakesnow sends timestamps as structs and builds these without saying which are null: the client reads 1970-01-01.
"""

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from fakesnow import arrow

from local_snowflake.corrections.replacing import replace


def apply() -> None:
    """Correct how a column of timestamps becomes a column of structs."""
    replace(arrow, "timestamp_to_sf_struct", ["ts"], _keeping_nulls)


def _keeping_nulls(to_struct: Callable[..., Any]) -> Callable[..., Any]:
    def timestamp_to_sf_struct(ts: Any) -> Any:
        column = ts.combine_chunks() if isinstance(ts, pa.ChunkedArray) else ts
        structs = to_struct(pc.fill_null(column, pa.scalar(0, column.type)))
        fields = [structs.field(index) for index in range(structs.type.num_fields)]
        return pa.StructArray.from_arrays(fields, fields=list(structs.type), mask=pc.is_null(column))

    return timestamp_to_sf_struct
