"""The statements about rows whose record has gone: they keep their values, and get the moment in _DELETED_AT.

Whatever tells of a deletion, the feed, a list without it or a parent that went, is a query for keys and moments; one
MERGE marks what it finds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backlog_provider.catalogue.activities import ACTIVITIES
from backlog_provider.load.identifiers import quoted
from backlog_provider.load.sql.merge import SEQUENCE, value

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from backlog_provider.load.identifiers import TableName
    from backlog_provider.model.endpoint import Deletion, Endpoint, Parent


# Of a parent whose list was staged: how many rows of the load came before that list.
FIRST = "_FIRST"


def mark(endpoint: Endpoint, target: TableName, gone: str, *, is_from_feed: bool = False) -> str:
    """Return the MERGE that marks rows; to bind: the moment, again, the id of the run, and what the query has to bind.

    Of two moments the earlier one stays: the feed tells exactly what a comparison finds out late.

    :param gone: a query for the columns of the key and ``AT``, the moment of the deletion; null is the moment bound.
    :param is_from_feed: the query reads deletions from a feed, with the project that lost the record. A row with a
        later version was restored; a row with a version of that moment in another project was moved there.
    """
    names = _list([*endpoint.key, *(["PROJECT"] if is_from_feed else [])])
    older = f" AND {_is_older(endpoint)}" if is_from_feed else ""
    return (
        f'MERGE INTO {target.sql} t USING (\nSELECT {names}, COALESCE("AT", %s::TIMESTAMP_TZ) AS "AT", '
        f'%s::TIMESTAMP_TZ AS "_SYNCED_AT", %s AS "_RUN_ID"\nFROM ({gone}) g\n) s ON {_same_key(endpoint)}\n'
        f'WHEN MATCHED AND (t."_DELETED_AT" IS NULL OR s."AT" < t."_DELETED_AT"){older} THEN UPDATE SET '
        '"_DELETED_AT" = s."AT", "_SYNCED_AT" = s."_SYNCED_AT", "_RUN_ID" = s."_RUN_ID"'
    )


_FEED = {"TYPE": "ACTIVITY_TYPE_ID", "PROJECT": "PROJECT_ID", "AT": "CREATED_AT"}


def staged_feed(staging: str) -> str:
    """Return the query for staged activities: the record, its type, its project, and its moment."""
    columns = ", ".join(f"{value(ACTIVITIES, column)} AS {quoted(name)}" for name, column in _FEED.items())
    return f'SELECT R:"RAW" AS "RAW", {columns} FROM {quoted(staging)}'


def loaded_feed(target: TableName) -> str:
    """Return the same query for the activities of a table."""
    columns = ", ".join(f"{quoted(column)} AS {quoted(name)}" for name, column in _FEED.items())
    return f'SELECT "RAW", {columns} FROM {target.sql}'


def types_in(feed: str, types: Iterable[int]) -> str:
    """Return the query for those of some activity types that occur in a feed."""
    return f'SELECT DISTINCT "TYPE" FROM ({feed}) f WHERE "TYPE" IN ({_numbers(types)})'


def deleted_by_feed(feed: str, endpoint: Endpoint, deletion: Deletion) -> str:
    """Return the query for what a feed tells of the endpoint's deletions, the latest of each record."""
    places = {column: ":".join(map(quoted, path.split("."))) for column, path in deletion.key.items()}
    keys = ", ".join(f'"RAW":{at}::{endpoint.kinds[key].value} AS {quoted(key)}' for key, at in places.items())
    told = f'SELECT {keys}, "PROJECT", "AT" FROM ({feed}) f WHERE "TYPE" = {int(deletion.activity_type)}'
    names = _list(endpoint.key)
    latest = 'MAX_BY("PROJECT", "AT") AS "PROJECT", MAX("AT") AS "AT"'
    return f"SELECT {names}, {latest} FROM ({told}) d GROUP BY {names}"


def gone_with(endpoint: Endpoint, target: TableName, parent: Parent, parents: TableName, parent_key: str) -> str:
    """Return the query for living rows whose parent has gone, with the moment at which it went."""
    return (
        f'SELECT {_list(endpoint.key, "c.")}, p."_DELETED_AT" AS "AT" FROM {target.sql} c JOIN {parents.sql} p '
        f"ON c.{quoted(parent.column)} = p.{quoted(parent_key)} "
        'WHERE p."_DELETED_AT" IS NOT NULL AND c."_DELETED_AT" IS NULL'
    )


def any_marked(target: TableName) -> str:
    """Return the query that finds a row marked as deleted; Snowflake passes over what has none without reading it."""
    return f'SELECT 1 AS "FOUND" FROM {target.sql} WHERE "_DELETED_AT" IS NOT NULL LIMIT 1'


def coming_back(endpoint: Endpoint, target: TableName, staging: str) -> str:
    """Return the query for rows marked as deleted that the staged records are about to bring back, with when they went.

    They are those that the MERGE of the staging table will touch.
    """
    version, no_older = "", ""
    if endpoint.version:
        version = f', MAX({value(endpoint, endpoint.version)}) AS "VERSION"'
        no_older = f' AND (t.{quoted(endpoint.version)} IS NULL OR s."VERSION" >= t.{quoted(endpoint.version)})'
    columns, keys = f"{_staged_key(endpoint)}{version}", ", ".join(map(str, _places(endpoint)))
    staged = f"SELECT {columns} FROM {quoted(staging)} GROUP BY {keys}"
    return (
        f'SELECT {_list(endpoint.key, "t.")}, t."_DELETED_AT" AS "AT" FROM {target.sql} t JOIN ({staged}) s '
        f'ON {_same_key(endpoint)} WHERE t."_DELETED_AT" IS NOT NULL{no_older}'
    )


def coming_with(endpoint: Endpoint, target: TableName, parent: Parent, parents: str, parent_key: str) -> str:
    """Return the query for rows that went with their parent, at its very moment, and so come back with it.

    :param parents: the query for parents that come back.
    """
    return (
        f'SELECT {_list(endpoint.key, "c.")}, c."_DELETED_AT" AS "AT" FROM {target.sql} c JOIN ({parents}) p '
        f'ON c.{quoted(parent.column)} = p.{quoted(parent_key)} AND c."_DELETED_AT" = p."AT"'
    )


def revive(endpoint: Endpoint, target: TableName, back: str) -> str:
    """Return the MERGE that takes the mark from rows; two values to bind, the moment and the id of the run."""
    names = _list(endpoint.key)
    return (
        f'MERGE INTO {target.sql} t USING (\nSELECT {names}, %s::TIMESTAMP_TZ AS "_SYNCED_AT", %s AS "_RUN_ID"\n'
        f"FROM ({back}) b\n) s ON {_same_key(endpoint)}\n"
        'WHEN MATCHED THEN UPDATE SET "_DELETED_AT" = NULL, "_SYNCED_AT" = s."_SYNCED_AT", "_RUN_ID" = s."_RUN_ID"'
    )


def orphaned(feed: str, endpoint: Endpoint, target: TableName, parent: Endpoint, parents: TableName | None) -> str:
    """Return the query for living rows whose parent a feed tells to be deleted, and has no living row itself.

    :param parents: the table of the parents; None where they are not loaded.
    """
    column, key = (endpoint.belongs_to.column if endpoint.belongs_to else ""), quoted(parent.key[0])
    told = deleted_by_feed(feed, parent, parent.deletion) if parent.deletion else ""
    lives = f'SELECT 1 FROM {parents.sql} p WHERE p.{key} = d.{key} AND p."_DELETED_AT" IS NULL' if parents else ""
    return (
        f'SELECT {_list(endpoint.key, "c.")}, d."AT" FROM {target.sql} c JOIN ({told}) d '
        f'ON c.{quoted(column)} = d.{key} AND c.{quoted(endpoint.project_column or "")} = d."PROJECT" '
        f'WHERE c."_DELETED_AT" IS NULL{f" AND NOT EXISTS ({lives})" if lives else ""}'
    )


def missing(endpoint: Endpoint, target: TableName, staging: str, projects: Collection[int] | None = None) -> str:
    """Return the query for living rows that the staging table lacks.

    :param projects: of these projects alone.
    """
    of = "" if projects is None else f" AND {_in_projects(endpoint, projects)}"
    return (
        f'SELECT {_list(endpoint.key, "t.")}, NULL::TIMESTAMP_TZ AS "AT" FROM {_joined(endpoint, target, staging)} '
        f't."_DELETED_AT" IS NULL AND s.{quoted(endpoint.key[0])} IS NULL{of}'
    )


def missing_of_parents(
    endpoint: Endpoint, target: TableName, staging: str, parents: str, *, is_since_read: bool = False
) -> str:
    """Return the query for living rows that are not in the list of their parent staged last.

    :param parents: the staging table of the parents whose whole lists are staged.
    :param is_since_read: leave out rows that were written since a moment, which is then to bind: that at which reading
        the lists began.
    """
    read = f" AND {_BEFORE}" if is_since_read else ""
    return (
        f'SELECT {_list(endpoint.key, "t.")}, NULL::TIMESTAMP_TZ AS "AT" '
        f'FROM {_with_lists(endpoint, target, staging, parents)} WHERE t."_DELETED_AT" IS NULL AND {_UNLISTED}{read}'
    )


def compared_with_lists(endpoint: Endpoint, target: TableName, staging: str, parents: str) -> str:
    """Return the query for how many living rows belong to the staged parents, and how many of them are in no list.

    One value to bind: the moment at which reading the lists began; rows written since then count as listed.
    """
    lack = f"COUNT(CASE WHEN {_UNLISTED} AND {_BEFORE} THEN 1 END)"
    return (
        f'SELECT COUNT(*) AS "LIVING", {lack} AS "MISSING" '
        f'FROM {_with_lists(endpoint, target, staging, parents)} WHERE t."_DELETED_AT" IS NULL'
    )


def records_of(endpoint: Endpoint, target: TableName, keys: str) -> str:
    """Return the query for the keys and the records, as JSON, of the rows that a query for keys finds."""
    return (
        f'SELECT {_list(endpoint.key, "t.")}, TO_JSON(t."RAW") AS "RAW" FROM {target.sql} t '
        f"JOIN ({keys}) s ON {_same_key(endpoint)}"
    )


def count_of(query: str) -> str:
    """Return the query for how many rows a query finds."""
    return f'SELECT COUNT(*) AS "FOUND" FROM ({query}) q'


_UNLISTED = '(s."LAST" IS NULL OR s."LAST" < p."FIRST")'
_BEFORE = 't."_SYNCED_AT" < %s::TIMESTAMP_TZ'


def _with_lists(endpoint: Endpoint, target: TableName, staging: str, parents: str) -> str:
    column = endpoint.under.column if endpoint.under else ""
    kind = endpoint.kinds[column].value
    listed = (
        f'SELECT R:{quoted(column)}::{kind} AS "PARENT", MAX(R:{quoted(FIRST)}::NUMBER(38,0)) AS "FIRST" '
        f"FROM {quoted(parents)} GROUP BY 1"
    )
    last = (
        f'SELECT {_staged_key(endpoint)}, MAX(R:{quoted(SEQUENCE)}::NUMBER(38,0)) AS "LAST" FROM {quoted(staging)} '
        f"GROUP BY {', '.join(map(str, _places(endpoint)))}"
    )
    return (
        f'{target.sql} t JOIN ({listed}) p ON t.{quoted(column)} = p."PARENT" '
        f"LEFT JOIN ({last}) s ON {_same_key(endpoint)}"
    )


def without_keys(endpoint: Endpoint, gone: str, keys: Collection[Any]) -> str:
    """Return such a query without these keys, of a single column, which are the values to bind."""
    values = ", ".join(["%s"] * len(keys))
    return f"SELECT * FROM ({gone}) g WHERE g.{quoted(endpoint.key[0])} NOT IN ({values})"


def only_of(endpoint: Endpoint, gone: str, others: str) -> str:
    """Return such a query without the keys that another one does not find."""
    keys = " AND ".join(f"g.{quoted(key)} = o.{quoted(key)}" for key in endpoint.key)
    return f"SELECT g.* FROM ({gone}) g JOIN ({others}) o ON {keys}"


def missing_by_project(endpoint: Endpoint, target: TableName, staging: str) -> str:
    """Return the query for projects some of whose living rows the staging table lacks: how many live, how many lack."""
    project = quoted(endpoint.project_column or "")
    lack = f"SUM(CASE WHEN s.{quoted(endpoint.key[0])} IS NULL THEN 1 ELSE 0 END)"
    return (
        f'SELECT t.{project} AS "PROJECT", COUNT(*) AS "LIVING", {lack} AS "MISSING" '
        f'FROM {_joined(endpoint, target, staging)} t."_DELETED_AT" IS NULL GROUP BY t.{project} HAVING {lack} > 0'
    )


def unknown(endpoint: Endpoint, target: TableName, staging: str) -> str:
    """Return the query for staged keys that have no living row."""
    return (
        f"SELECT {_list(endpoint.key, 's.')} FROM ({staged_keys(endpoint, staging)}) s LEFT JOIN {target.sql} t "
        f'ON {_same_key(endpoint)} AND t."_DELETED_AT" IS NULL WHERE t.{quoted(endpoint.key[0])} IS NULL'
    )


def outdated(endpoint: Endpoint, target: TableName, staging: str) -> str:
    """Return the query for staged keys whose living row is of an older version than was staged."""
    version = quoted(endpoint.version or "")
    keys = ", ".join(map(str, _places(endpoint)))
    staged = (
        f'SELECT {_staged_key(endpoint)}, MAX({value(endpoint, endpoint.version or "")}) AS "VERSION" '
        f"FROM {quoted(staging)} GROUP BY {keys}"
    )
    return (
        f"SELECT {_list(endpoint.key, 't.')} FROM {target.sql} t JOIN ({staged}) s ON {_same_key(endpoint)} "
        f'WHERE t."_DELETED_AT" IS NULL AND s."VERSION" > COALESCE(t.{version}, \'1970-01-01T00:00:00Z\'::TIMESTAMP_TZ)'
    )


def living_by_project(endpoint: Endpoint, target: TableName) -> str:
    """Return the query for how many rows of each project live; of project null, where there are no projects."""
    project = quoted(endpoint.project_column) if endpoint.project_column else "NULL"
    return (
        f'SELECT {project} AS "PROJECT", COUNT(*) AS "LIVING" FROM {target.sql} WHERE "_DELETED_AT" IS NULL GROUP BY 1'
    )


def living(endpoint: Endpoint, target: TableName, projects: Collection[int] | None = None) -> str:
    """Return the query for the number of living rows, of these projects alone where they are given."""
    of = "" if projects is None else f" AND {_in_projects(endpoint, projects)}"
    return f'SELECT COUNT(*) AS "LIVING" FROM {target.sql} t WHERE t."_DELETED_AT" IS NULL{of}'


def _is_older(endpoint: Endpoint) -> str:
    """Return the test of a row that is not from after a deletion; a record that moves is older in its old project."""
    here = f't.{quoted(endpoint.project_column or "")} = s."PROJECT"'
    if endpoint.version is None:
        return here
    version = f"t.{quoted(endpoint.version)}"
    return f'({version} < s."AT" OR ({version} = s."AT" AND {here}))'


def _joined(endpoint: Endpoint, target: TableName, staging: str) -> str:
    return f"{target.sql} t LEFT JOIN ({staged_keys(endpoint, staging)}) s ON {_same_key(endpoint)} WHERE"


def _same_key(endpoint: Endpoint) -> str:
    return " AND ".join(f"t.{quoted(key)} = s.{quoted(key)}" for key in endpoint.key)


def staged_keys(endpoint: Endpoint, staging: str) -> str:
    """Return the query for the keys staged, each once."""
    return f"SELECT DISTINCT {_staged_key(endpoint)} FROM {quoted(staging)}"


def _staged_key(endpoint: Endpoint) -> str:
    return ", ".join(f"{value(endpoint, key)} AS {quoted(key)}" for key in endpoint.key)


def _in_projects(endpoint: Endpoint, projects: Collection[int]) -> str:
    return f"t.{quoted(endpoint.project_column or '')} IN ({_numbers(projects)})" if projects else "1 = 0"


def _places(endpoint: Endpoint) -> range:
    """Return where the columns of the key stand in a query that begins with them."""
    return range(1, len(endpoint.key) + 1)


def _numbers(numbers: Iterable[int]) -> str:
    return ", ".join(str(int(number)) for number in numbers)


def _list(names: Iterable[str], prefix: str = "") -> str:
    return ", ".join(prefix + quoted(name) for name in names)
