"""Creates views in a schema: those whose tables exist and whose definition has changed.

Everything here is answered without a warehouse: SHOW and the DDL of views are metadata.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from backlog_provider.load.identifiers import quoted
from backlog_provider.views import VIEWS
from backlog_provider.views.model import signed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from backlog_provider.load.session import Session
    from backlog_provider.views import View


@dataclass(frozen=True)
class Deployed:
    """What became of a view.

    :param view: its name in Snowflake.
    :param action: ``created``, ``replaced``, ``unchanged``, or ``left out``.
    :param reason: why it was left out.
    """

    view: str
    action: str
    reason: str = ""


def deploy(session: Session, database: str, schema: str, views: Iterable[View] = VIEWS.values()) -> list[Deployed]:
    """Make the views in a schema be what they should be; return what became of each.

    :raises LoadError: where Snowflake refuses.
    """
    where = f"{quoted(database)}.{quoted(schema)}"
    tables = frozenset(_shown(session, "TABLES", where))
    there = {name: str(row["comment"] or "") for name, row in _shown(session, "VIEWS", where).items()}
    wanted = list(views)
    # Somebody may have a view where we know a table, but one of ours counts only once it is known to be right.
    readable = set(tables) | (there.keys() - {view.view for view in wanted})
    wanted = [view.over(readable) for view in wanted]
    done = []
    for view in wanted:
        deployed = _planned(view, tables, there, readable)
        if deployed.action in ("created", "replaced"):
            session.run(f"create view {where}.{view.view}", create(view, where))
        if deployed.action != "left out":
            readable.add(view.view)
        done.append(deployed)
    return done


def create(view: View, where: str | None = None) -> str:
    """Return the DDL of a view; who may read the one before may read it too.

    :param where: database and schema as SQL text; the session's where it is None.
    """
    name = f"{where}.{quoted(view.view)}" if where else quoted(view.view)
    comment = view.comment.replace("\\", "\\\\").replace("'", "''")
    return f"CREATE OR REPLACE VIEW {name} COPY GRANTS COMMENT = '{comment}' AS\n{view.sql}"


def _planned(view: View, tables: Collection[str], there: Mapping[str, str], readable: Collection[str]) -> Deployed:
    if missing := [name for name in view.reads if name not in readable]:
        return Deployed(view.view, "left out", f"there is no {', '.join(missing)}")
    if view.view in tables:
        return Deployed(view.view, "left out", "there is a table of this name")
    if view.view not in there:
        return Deployed(view.view, "created")
    digest = signed(there[view.view])
    if digest is None:
        return Deployed(view.view, "left out", "there is a view of this name that somebody else has made")
    return Deployed(view.view, "unchanged" if digest == view.digest else "replaced")


def _shown(session: Session, kind: str, where: str) -> dict[str, dict[str, Any]]:
    """Return what SHOW tells of the tables or views that are named like ours, by name."""
    shown = session.run(f"list the {kind.lower()} of {where}", f"SHOW {kind} LIKE %s IN SCHEMA {where}", ["BACKLOG%"])
    rows = (dict(zip(shown.columns, row, strict=True)) for row in shown.rows)
    return {row["name"]: row for row in rows}
