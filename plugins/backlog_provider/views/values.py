"""SQL expressions for values of a VARIANT: a value of another type becomes null, and no query fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backlog_provider.load.identifiers import quoted
from backlog_provider.model.endpoint import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backlog_provider.catalogue import Column


def at(source: str, path: str) -> str:
    """Return the expression for what stands at a path, keys joined by dots, in the VARIANT ``source``."""
    return source + ":" + ".".join(quoted(key) for key in path.split("."))


def typed(text: str, kind: Kind) -> str:
    """Return the expression for text as a column's kind.

    Days are read as loads do (``shaping.values.day_text``): the nearest midnight in UTC is the day meant.
    """
    if kind is Kind.TEXT:
        return text
    if kind is Kind.DATE:
        return f"DATEADD(HOUR, 12, {typed(text, Kind.INSTANT)})::DATE"
    # TRY_CAST takes nothing but text: https://docs.snowflake.com/en/sql-reference/functions/try_cast
    return f"TRY_CAST({text} AS {kind.value})"


def cast(value: str, kind: Kind) -> str:
    """Return the expression for a VARIANT as a column's kind; a JSON null is null."""
    return value if kind is Kind.JSON else typed(f"{value}::VARCHAR", kind)


def columns(source: str, those: Iterable[Column]) -> list[str]:
    """Return the expressions of a SELECT for columns whose paths start at the VARIANT ``source``."""
    return [f"{cast(at(source, column.path), column.kind)} AS {quoted(column.name)}" for column in those]
