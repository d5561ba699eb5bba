"""SQL for soft deletes: a row of a deleted record keeps its values, and _DELETED_AT gets the time of deletion.

Each source of deletions is a query for keys and times: the activity feed, a list, or a deleted parent. One MERGE marks
the rows that the query finds.
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


# In a staged parent: the number of rows that the load staged before the parent's child list.
FIRST = "_FIRST"


def mark(endpoint: Endpoint, target: TableName, gone: str, *, is_from_feed: bool = False) -> str:
    """Return the MERGE that marks rows as deleted.

    Bind the current time twice, then the run ID, then the values of the query. The earlier of two deletion times wins:
    the feed has the exact time, but a comparison of lists finds a deletion late.

    :param endpoint: the endpoint of the table.
    :param target: the table to mark.
    :param gone: a query for the key columns and ``AT``, the time of deletion. Null stands for the bound time.
    :param is_from_feed: whether the query reads a feed and returns ``PROJECT``, the project that lost the record. Rows
        with a later version are kept, because the record was restored. Rows with a version of that time in another
        project are kept too, because the record was moved there.
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
    """Return the query for staged activities: ``RAW``, ``TYPE``, ``PROJECT`` and ``AT``, the time of the activity.

    :param staging: the staging table of activities.
    """
    columns = ", ".join(f"{value(ACTIVITIES, column)} AS {quoted(name)}" for name, column in _FEED.items())
    return f'SELECT R:"RAW" AS "RAW", {columns} FROM {quoted(staging)}'


def loaded_feed(target: TableName) -> str:
    """Return the query for loaded activities, with the columns of ``staged_feed``.

    :param target: the table of activities.
    """
    columns = ", ".join(f"{quoted(column)} AS {quoted(name)}" for name, column in _FEED.items())
    return f'SELECT "RAW", {columns} FROM {target.sql}'


def types_in(feed: str, types: Iterable[int]) -> str:
    """Return the query for the activity types that occur in a feed.

    :param feed: a query for activities, as ``staged_feed`` returns.
    :param types: the activity types to look for.
    """
    return f'SELECT DISTINCT "TYPE" FROM ({feed}) f WHERE "TYPE" IN ({_numbers(types)})'


def deleted_by_feed(feed: str, endpoint: Endpoint, deletion: Deletion) -> str:
    """Return the query for the latest deletion of each record in a feed: the key columns, ``PROJECT`` and ``AT``.

    :param feed: a query for activities, as ``staged_feed`` returns.
    :param endpoint: the endpoint of the deleted records.
    :param deletion: the activity type, and the paths of the key columns in the activity.
    """
    places = {column: ":".join(map(quoted, path.split("."))) for column, path in deletion.key.items()}
    keys = ", ".join(f'"RAW":{at}::{endpoint.kinds[key].value} AS {quoted(key)}' for key, at in places.items())
    deletions = f'SELECT {keys}, "PROJECT", "AT" FROM ({feed}) f WHERE "TYPE" = {int(deletion.activity_type)}'
    names = _list(endpoint.key)
    latest = 'MAX_BY("PROJECT", "AT") AS "PROJECT", MAX("AT") AS "AT"'
    return f"SELECT {names}, {latest} FROM ({deletions}) d GROUP BY {names}"


def gone_with(endpoint: Endpoint, target: TableName, parent: Parent, parents: TableName, parent_key: str) -> str:
    """Return the query for living rows whose parent is deleted, with the parent's time of deletion as ``AT``.

    :param endpoint: the child endpoint.
    :param target: the table of the children.
    :param parent: the reference from the child to its parent.
    :param parents: the table of the parents.
    :param parent_key: the key column of the parents.
    """
    return (
        f'SELECT {_list(endpoint.key, "c.")}, p."_DELETED_AT" AS "AT" FROM {target.sql} c JOIN {parents.sql} p '
        f"ON c.{quoted(parent.column)} = p.{quoted(parent_key)} "
        'WHERE p."_DELETED_AT" IS NOT NULL AND c."_DELETED_AT" IS NULL'
    )


def any_marked(target: TableName) -> str:
    """Return the query that finds one soft-deleted row. Snowflake prunes partitions without such rows.

    :param target: the table to search.
    """
    return f'SELECT 1 AS "FOUND" FROM {target.sql} WHERE "_DELETED_AT" IS NOT NULL LIMIT 1'


def coming_back(endpoint: Endpoint, target: TableName, staging: str) -> str:
    """Return the query for soft-deleted rows that the MERGE of the staging table will restore.

    It returns the key columns and ``AT``, the time of deletion.

    :param endpoint: the endpoint of the table.
    :param target: the table to search.
    :param staging: the staging table of records.
    """
    version, no_older = "", ""
    if endpoint.version:
        version = f', MAX({value(endpoint, endpoint.version)}) AS "VERSION"'
        no_older = f' AND (t.{quoted(endpoint.version)} IS NULL OR s."VERSION" >= t.{quoted(endpoint.version)})'
    columns, keys = f"{_staged_key(endpoint)}{version}", ", ".join(map(str, _key_positions(endpoint)))
    staged = f"SELECT {columns} FROM {quoted(staging)} GROUP BY {keys}"
    return (
        f'SELECT {_list(endpoint.key, "t.")}, t."_DELETED_AT" AS "AT" FROM {target.sql} t JOIN ({staged}) s '
        f'ON {_same_key(endpoint)} WHERE t."_DELETED_AT" IS NOT NULL{no_older}'
    )


def coming_with(endpoint: Endpoint, target: TableName, parent: Parent, parents: str, parent_key: str) -> str:
    """Return the query for child rows to restore with their parents.

    These children have the same time of deletion as their parent: the cascade deleted them.

    :param endpoint: the child endpoint.
    :param target: the table of the children.
    :param parent: the reference from the child to its parent.
    :param parents: a query for the key and ``AT`` of the parents to restore.
    :param parent_key: the key column of the parents.
    """
    return (
        f'SELECT {_list(endpoint.key, "c.")}, c."_DELETED_AT" AS "AT" FROM {target.sql} c JOIN ({parents}) p '
        f'ON c.{quoted(parent.column)} = p.{quoted(parent_key)} AND c."_DELETED_AT" = p."AT"'
    )


def revive(endpoint: Endpoint, target: TableName, back: str) -> str:
    """Return the MERGE that clears the deletion mark of rows. Bind the current time and the run ID.

    :param endpoint: the endpoint of the table.
    :param target: the table to change.
    :param back: a query for the key columns of the rows.
    """
    names = _list(endpoint.key)
    return (
        f'MERGE INTO {target.sql} t USING (\nSELECT {names}, %s::TIMESTAMP_TZ AS "_SYNCED_AT", %s AS "_RUN_ID"\n'
        f"FROM ({back}) b\n) s ON {_same_key(endpoint)}\n"
        'WHEN MATCHED THEN UPDATE SET "_DELETED_AT" = NULL, "_SYNCED_AT" = s."_SYNCED_AT", "_RUN_ID" = s."_RUN_ID"'
    )


def orphaned(feed: str, endpoint: Endpoint, target: TableName, parent: Endpoint, parents: TableName | None) -> str:
    """Return the query for living child rows whose parent was deleted by a feed and has no living row.

    :param feed: a query for activities, as ``staged_feed`` returns.
    :param endpoint: the child endpoint.
    :param target: the table of the children.
    :param parent: the parent endpoint.
    :param parents: the table of the parents; None if they are not loaded.
    """
    column, key = (endpoint.belongs_to.column if endpoint.belongs_to else ""), quoted(parent.key[0])
    deletions = deleted_by_feed(feed, parent, parent.deletion) if parent.deletion else ""
    lives = f'SELECT 1 FROM {parents.sql} p WHERE p.{key} = d.{key} AND p."_DELETED_AT" IS NULL' if parents else ""
    return (
        f'SELECT {_list(endpoint.key, "c.")}, d."AT" FROM {target.sql} c JOIN ({deletions}) d '
        f'ON c.{quoted(column)} = d.{key} AND c.{quoted(endpoint.project_column or "")} = d."PROJECT" '
        f'WHERE c."_DELETED_AT" IS NULL{f" AND NOT EXISTS ({lives})" if lives else ""}'
    )


def missing(endpoint: Endpoint, target: TableName, staging: str, projects: Collection[int] | None = None) -> str:
    """Return the query for living rows that are not in the staging table: the key columns, and null as ``AT``.

    :param endpoint: the endpoint of the table.
    :param target: the table to compare.
    :param staging: the staging table of the listed records.
    :param projects: limit the query to these project IDs; None for all.
    """
    of = "" if projects is None else f" AND {_in_projects(endpoint, projects)}"
    return (
        f'SELECT {_list(endpoint.key, "t.")}, NULL::TIMESTAMP_TZ AS "AT" FROM {_joined(endpoint, target, staging)} '
        f't."_DELETED_AT" IS NULL AND s.{quoted(endpoint.key[0])} IS NULL{of}'
    )


def missing_of_parents(
    endpoint: Endpoint, target: TableName, staging: str, parents: str, *, is_since_read: bool = False
) -> str:
    """Return the query for living rows that are not in the latest staged child list of their parent.

    :param endpoint: the child endpoint.
    :param target: the table of the children.
    :param staging: the staging table of the listed records.
    :param parents: the staging table of the parents whose full child lists are staged.
    :param is_since_read: exclude rows written after reading of the lists began. Bind the time of that beginning.
    """
    read = f" AND {_BEFORE}" if is_since_read else ""
    return (
        f'SELECT {_list(endpoint.key, "t.")}, NULL::TIMESTAMP_TZ AS "AT" '
        f'FROM {_with_lists(endpoint, target, staging, parents)} WHERE t."_DELETED_AT" IS NULL AND {_UNLISTED}{read}'
    )


def compared_with_lists(endpoint: Endpoint, target: TableName, staging: str, parents: str) -> str:
    """Return the query for two counts: living rows of the staged parents, and those of them that are in no list.

    Bind the time at which reading of the lists began. Rows written since then count as listed.

    :param endpoint: the child endpoint.
    :param target: the table of the children.
    :param staging: the staging table of the listed records.
    :param parents: the staging table of the parents whose full child lists are staged.
    """
    missing_count = f"COUNT(CASE WHEN {_UNLISTED} AND {_BEFORE} THEN 1 END)"
    return (
        f'SELECT COUNT(*) AS "LIVING", {missing_count} AS "MISSING" '
        f'FROM {_with_lists(endpoint, target, staging, parents)} WHERE t."_DELETED_AT" IS NULL'
    )


def records_of(endpoint: Endpoint, target: TableName, keys: str) -> str:
    """Return the query for the key columns and the record, as JSON text, of some rows.

    :param endpoint: the endpoint of the table.
    :param target: the table to read.
    :param keys: a query for the key columns of the rows.
    """
    return (
        f'SELECT {_list(endpoint.key, "t.")}, TO_JSON(t."RAW") AS "RAW" FROM {target.sql} t '
        f"JOIN ({keys}) s ON {_same_key(endpoint)}"
    )


def count_of(query: str) -> str:
    """Return the query for the number of rows of a query.

    :param query: the query to count.
    """
    return f'SELECT COUNT(*) AS "FOUND" FROM ({query}) q'


_UNLISTED = '(s."LAST" IS NULL OR s."LAST" < p."FIRST")'
_BEFORE = 't."_SYNCED_AT" < %s::TIMESTAMP_TZ'


def _with_lists(endpoint: Endpoint, target: TableName, staging: str, parents: str) -> str:
    column = endpoint.under.column if endpoint.under else ""
    kind = endpoint.kinds[column].value
    parent_lists = (
        f'SELECT R:{quoted(column)}::{kind} AS "PARENT", MAX(R:{quoted(FIRST)}::NUMBER(38,0)) AS "FIRST" '
        f"FROM {quoted(parents)} GROUP BY 1"
    )
    last_copies = (
        f'SELECT {_staged_key(endpoint)}, MAX(R:{quoted(SEQUENCE)}::NUMBER(38,0)) AS "LAST" FROM {quoted(staging)} '
        f"GROUP BY {', '.join(map(str, _key_positions(endpoint)))}"
    )
    return (
        f'{target.sql} t JOIN ({parent_lists}) p ON t.{quoted(column)} = p."PARENT" '
        f"LEFT JOIN ({last_copies}) s ON {_same_key(endpoint)}"
    )


def without_keys(endpoint: Endpoint, gone: str, keys: Collection[Any]) -> str:
    """Return a query for keys without some of them. Bind the excluded keys after the values of the query.

    :param endpoint: the endpoint of the rows; its key must be a single column.
    :param gone: the query for keys.
    :param keys: the keys to exclude.
    """
    values = ", ".join(["%s"] * len(keys))
    return f"SELECT * FROM ({gone}) g WHERE g.{quoted(endpoint.key[0])} NOT IN ({values})"


def only_of(endpoint: Endpoint, gone: str, others: str) -> str:
    """Return a query for keys, limited to the keys that another query finds.

    :param endpoint: the endpoint of the rows.
    :param gone: the query for keys.
    :param others: the query for the allowed keys.
    """
    keys = " AND ".join(f"g.{quoted(key)} = o.{quoted(key)}" for key in endpoint.key)
    return f"SELECT g.* FROM ({gone}) g JOIN ({others}) o ON {keys}"


def missing_by_project(endpoint: Endpoint, target: TableName, staging: str) -> str:
    """Return the query for projects with living rows that are not in the staging table.

    It returns ``PROJECT``, ``LIVING``, the number of living rows, and ``MISSING``, the number of those not staged.

    :param endpoint: the endpoint of the table.
    :param target: the table to compare.
    :param staging: the staging table of the listed records.
    """
    project = quoted(endpoint.project_column or "")
    missing_count = f"SUM(CASE WHEN s.{quoted(endpoint.key[0])} IS NULL THEN 1 ELSE 0 END)"
    return (
        f'SELECT t.{project} AS "PROJECT", COUNT(*) AS "LIVING", {missing_count} AS "MISSING" '
        f'FROM {_joined(endpoint, target, staging)} t."_DELETED_AT" IS NULL '
        f"GROUP BY t.{project} HAVING {missing_count} > 0"
    )


def unknown(endpoint: Endpoint, target: TableName, staging: str) -> str:
    """Return the query for staged keys that have no living row.

    :param endpoint: the endpoint of the table.
    :param target: the table to compare.
    :param staging: the staging table of keys.
    """
    return (
        f"SELECT {_list(endpoint.key, 's.')} FROM ({staged_keys(endpoint, staging)}) s LEFT JOIN {target.sql} t "
        f'ON {_same_key(endpoint)} AND t."_DELETED_AT" IS NULL WHERE t.{quoted(endpoint.key[0])} IS NULL'
    )


def outdated(endpoint: Endpoint, target: TableName, staging: str) -> str:
    """Return the query for staged keys whose living row has an older version than the staged one.

    :param endpoint: the endpoint of the table; it must have a version.
    :param target: the table to compare.
    :param staging: the staging table of keys and versions.
    """
    version = quoted(endpoint.version or "")
    keys = ", ".join(map(str, _key_positions(endpoint)))
    staged = (
        f'SELECT {_staged_key(endpoint)}, MAX({value(endpoint, endpoint.version or "")}) AS "VERSION" '
        f"FROM {quoted(staging)} GROUP BY {keys}"
    )
    return (
        f"SELECT {_list(endpoint.key, 't.')} FROM {target.sql} t JOIN ({staged}) s ON {_same_key(endpoint)} "
        f'WHERE t."_DELETED_AT" IS NULL AND s."VERSION" > COALESCE(t.{version}, \'1970-01-01T00:00:00Z\'::TIMESTAMP_TZ)'
    )


def living_by_project(endpoint: Endpoint, target: TableName) -> str:
    """Return the query for the number of living rows by project. The project is null if the endpoint has none.

    :param endpoint: the endpoint of the table.
    :param target: the table to count.
    """
    project = quoted(endpoint.project_column) if endpoint.project_column else "NULL"
    return (
        f'SELECT {project} AS "PROJECT", COUNT(*) AS "LIVING" FROM {target.sql} WHERE "_DELETED_AT" IS NULL GROUP BY 1'
    )


def living(endpoint: Endpoint, target: TableName, projects: Collection[int] | None = None) -> str:
    """Return the query for the number of living rows.

    :param endpoint: the endpoint of the table.
    :param target: the table to count.
    :param projects: limit the count to these project IDs; None for all.
    """
    of = "" if projects is None else f" AND {_in_projects(endpoint, projects)}"
    return f'SELECT COUNT(*) AS "LIVING" FROM {target.sql} t WHERE t."_DELETED_AT" IS NULL{of}'


def _is_older(endpoint: Endpoint) -> str:
    """Return the condition that a row is not newer than a deletion; a moved record is deleted in its old project."""
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
    """Return the query for the distinct staged keys.

    :param endpoint: the endpoint of the rows.
    :param staging: the staging table.
    """
    return f"SELECT DISTINCT {_staged_key(endpoint)} FROM {quoted(staging)}"


def _staged_key(endpoint: Endpoint) -> str:
    return ", ".join(f"{value(endpoint, key)} AS {quoted(key)}" for key in endpoint.key)


def _in_projects(endpoint: Endpoint, projects: Collection[int]) -> str:
    return f"t.{quoted(endpoint.project_column or '')} IN ({_numbers(projects)})" if projects else "1 = 0"


def _key_positions(endpoint: Endpoint) -> range:
    """Return the positions of the key columns in a query that begins with them, counted from 1."""
    return range(1, len(endpoint.key) + 1)


def _numbers(numbers: Iterable[int]) -> str:
    return ", ".join(str(int(number)) for number in numbers)


def _list(names: Iterable[str], prefix: str = "") -> str:
    return ", ".join(prefix + quoted(name) for name in names)
