"""A second run, in which nothing is new: how much it asks."""

from __future__ import annotations

from typing import Any

from backlog_provider.operators.backlog_to_snowflake import BacklogToSnowflakeOperator
from benchmarks.measuring import tell
from benchmarks.task import context

# What Snowflake answers without a warehouse.
FREE = ("SHOW ", "ALTER SESSION", "USE ")


def load(schema: str) -> dict[str, Any]:
    """Load, load again, and return the second run's requests, statements, and those of them that wake a warehouse."""
    from backlog_provider.load.session import Session

    sent: list[str] = []
    real = Session.run

    def noted(session: Session, what: str, sql: str, values: Any = ()) -> Any:
        sent.append(sql)
        return real(session, what, sql, values)

    operator = BacklogToSnowflakeOperator(task_id="issues", endpoint="issues", schema=schema)
    xcoms = context()
    operator.execute(xcoms)
    Session.run = noted  # type: ignore[assignment,method-assign] # it counts here
    summary = operator.execute(xcoms)
    assert summary["mode"] == "noop", summary
    waking = [sql for sql in sent if not sql.upper().startswith(FREE)]
    return {"requests": summary["requests"], "statements": len(sent), "waking": len(waking)}


if __name__ == "__main__":
    tell(load)
