"""Custom fields of issues in long form (https://developer.nulab.com/docs/backlog/api/2/get-issue/)."""

from __future__ import annotations

from backlog_provider.model.endpoint import Column, Kind
from backlog_provider.views.model import View
from backlog_provider.views.values import columns, typed

_FIELD = (
    Column("FIELD_ID", Kind.INTEGER, "id"),
    Column("FIELD_NAME", Kind.TEXT, "name"),
    Column("FIELD_TYPE_ID", Kind.INTEGER, "fieldTypeId"),
    Column("OTHER", Kind.TEXT, "otherValue"),
)
_ITEM = (Column("ITEM_ID", Kind.INTEGER, "id"), Column("ITEM_NAME", Kind.TEXT, "name"))
_INSIDE = ", ".join(columns('f."VALUE"', _FIELD) + columns('v."VALUE"', _ITEM))
# The types of https://developer.nulab.com/docs/backlog/api/2/add-custom-field/: 3 a number, 4 a day, 5 to 8 items.
_WRITTEN = 'x."WRITTEN"'
_NUMBER = f'CASE WHEN x."FIELD_TYPE_ID" = 3 THEN {typed(_WRITTEN, Kind.DECIMAL)} END'
_DATE = f'CASE WHEN x."FIELD_TYPE_ID" = 4 THEN {typed(_WRITTEN, Kind.DATE)} END'

CUSTOM_FIELDS = View(
    "issue_custom_fields",
    "One row per issue and custom field; of a field that holds several items, one per item.",
    # Whatever is not what its type says stays, as text.
    'SELECT x."ISSUE_ID", x."FIELD_ID", x."FIELD_NAME", x."FIELD_TYPE_ID",\n'
    f'CASE WHEN x."ITEM_ID" IS NULL AND {_NUMBER} IS NULL AND {_DATE} IS NULL THEN x."WRITTEN" END AS "TEXT",\n'
    f'{_NUMBER} AS "NUMBER",\n{_DATE} AS "DATE",\nx."ITEM_ID", x."ITEM_NAME", x."OTHER"\n'
    f'FROM (\nSELECT r."ISSUE_ID", {_INSIDE}, v."VALUE"::VARCHAR AS "WRITTEN", '
    'f."INDEX" AS "N", v."INDEX" AS "M"\n'
    'FROM {issues} r, LATERAL FLATTEN(INPUT => r."RAW":"customFields") f, '
    'LATERAL FLATTEN(INPUT => TO_ARRAY(f."VALUE":"value"), OUTER => TRUE) v\n'
    'WHERE r."_DELETED_AT" IS NULL\n) x\n'
    'WHERE x."FIELD_ID" IS NOT NULL\n'
    'QUALIFY ROW_NUMBER() OVER (PARTITION BY x."ISSUE_ID", x."FIELD_ID", x."ITEM_ID", '
    'CASE WHEN x."ITEM_ID" IS NULL THEN x."WRITTEN" END ORDER BY x."N", x."M") = 1',
)
