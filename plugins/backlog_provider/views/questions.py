"""Four views for the most frequent questions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backlog_provider.catalogue.settings import ISSUE_TYPES, PRIORITIES, RESOLUTIONS, STATUSES
from backlog_provider.load.identifiers import quoted
from backlog_provider.views.model import View

if TYPE_CHECKING:
    from backlog_provider.catalogue import Endpoint


def _nothing(endpoint: Endpoint) -> str:
    """Return the query for the key and the name of a setting that is not loaded: no rows."""
    columns = [f"NULL::{endpoint.kinds[name].value} AS {quoted(name)}" for name in (*endpoint.key, "NAME")]
    return f'SELECT {", ".join(columns)}, NULL::TIMESTAMP_TZ AS "_DELETED_AT" WHERE 1 = 0'


# What is renamed in the settings moves no issue: its record keeps the name that it was sent with. The settings are
# loaded once a day, perhaps later than the issues; until then, and of what is deleted there, the name sent holds.
_CURRENT = View(
    "current_issues",
    "One row per living issue, as it is now, with its project; names of settings as they are now, and as sent with it.",
    """\
SELECT i."ISSUE_ID", i."ISSUE_KEY", i."PROJECT_ID", p."PROJECT_KEY", p."NAME" AS "PROJECT_NAME",
  p."ARCHIVED" AS "PROJECT_ARCHIVED", COALESCE(t."NAME", i."ISSUE_TYPE_NAME") AS "ISSUE_TYPE_NAME", i."SUMMARY",
  i."STATUS_ID", COALESCE(s."NAME", i."STATUS_NAME") AS "STATUS_NAME",
  COALESCE(y."NAME", i."PRIORITY_NAME") AS "PRIORITY_NAME",
  COALESCE(r."NAME", i."RESOLUTION_NAME") AS "RESOLUTION_NAME",
  i."ASSIGNEE_ID", i."ASSIGNEE_NAME", i."START_DATE", i."DUE_DATE",
  i."ESTIMATED_HOURS", i."ACTUAL_HOURS", i."PARENT_ISSUE_ID", o."ISSUE_KEY" AS "PARENT_ISSUE_KEY",
  i."CREATOR_ID", i."CREATOR_NAME", i."CREATED_AT", i."UPDATER_ID", i."UPDATER_NAME", i."UPDATED_AT",
  i."ISSUE_TYPE_NAME" AS "ISSUE_TYPE_NAME_SENT", i."STATUS_NAME" AS "STATUS_NAME_SENT",
  i."PRIORITY_NAME" AS "PRIORITY_NAME_SENT", i."RESOLUTION_NAME" AS "RESOLUTION_NAME_SENT"
FROM {issues} i
LEFT JOIN {projects} p ON p."PROJECT_ID" = i."PROJECT_ID"
LEFT JOIN {issues} o ON o."ISSUE_ID" = i."PARENT_ISSUE_ID"
LEFT JOIN {issue_types} t ON t."ISSUE_TYPE_ID" = i."ISSUE_TYPE_ID" AND t."_DELETED_AT" IS NULL
LEFT JOIN {statuses} s
  ON s."PROJECT_ID" = i."PROJECT_ID" AND s."STATUS_ID" = i."STATUS_ID" AND s."_DELETED_AT" IS NULL
LEFT JOIN {priorities} y ON y."PRIORITY_ID" = i."PRIORITY_ID" AND y."_DELETED_AT" IS NULL
LEFT JOIN {resolutions} r ON r."RESOLUTION_ID" = i."RESOLUTION_ID" AND r."_DELETED_AT" IS NULL
WHERE i."_DELETED_AT" IS NULL""",
    {endpoint.name: _nothing(endpoint) for endpoint in (ISSUE_TYPES, STATUSES, PRIORITIES, RESOLUTIONS)},
)

# A custom field may be named like one of Backlog's own. Entries about attachments, commits and the like tell of
# something that came or went, not of a value that holds.
_HISTORY = View(
    "issue_field_history",
    "One row per issue, changed field and value that it had, with when it had it. Deleted issues too.",
    """\
WITH "CHANGED" AS (
  SELECT c."ISSUE_ID", c."FIELD", c."CUSTOM_FIELD_ID", c."OLD_VALUE", c."NEW_VALUE",
    c."CHANGED_AT", c."CHANGED_BY_ID", c."CHANGED_BY_NAME",
    LEAD(c."CHANGED_AT") OVER (PARTITION BY c."ISSUE_ID", c."FIELD", c."CUSTOM_FIELD_ID"
      ORDER BY c."CHANGED_AT", c."COMMENT_ID", c."POSITION") AS "NEXT_AT",
    ROW_NUMBER() OVER (PARTITION BY c."ISSUE_ID", c."FIELD", c."CUSTOM_FIELD_ID"
      ORDER BY c."CHANGED_AT", c."COMMENT_ID", c."POSITION") AS "N"
  FROM {issue_changes} c
  WHERE c."ATTACHMENT_ID" IS NULL AND c."NOTIFICATION_TYPE" IS NULL
    AND (c."CUSTOM_FIELD_ID" IS NOT NULL OR c."FIELD" NOT IN
      ('attachment', 'commit', 'notification', 'relatedIssue', 'sharedFile'))
)
SELECT h."ISSUE_ID", h."FIELD", h."CUSTOM_FIELD_ID", h."VALUE",
  COALESCE(h."BEGAN", i."CREATED_AT") AS "VALID_FROM", COALESCE(h."ENDED", i."_DELETED_AT") AS "VALID_TO",
  (h."ENDED" IS NULL AND i."_DELETED_AT" IS NULL) AS "IS_CURRENT",
  h."CHANGED_BY_ID", h."CHANGED_BY_NAME", i."_DELETED_AT"
FROM (
  SELECT n."ISSUE_ID", n."FIELD", n."CUSTOM_FIELD_ID", n."NEW_VALUE" AS "VALUE",
    n."CHANGED_AT" AS "BEGAN", n."NEXT_AT" AS "ENDED", n."CHANGED_BY_ID", n."CHANGED_BY_NAME"
  FROM "CHANGED" n
  UNION ALL
  SELECT o."ISSUE_ID", o."FIELD", o."CUSTOM_FIELD_ID", o."OLD_VALUE",
    NULL::TIMESTAMP_TZ, o."CHANGED_AT", NULL::NUMBER(38,0), NULL::VARCHAR
  FROM "CHANGED" o WHERE o."N" = 1
) h
LEFT JOIN {issues} i ON i."ISSUE_ID" = h."ISSUE_ID"
""",
)

# A status that was renamed has its old name in the log; the one that an issue has now is known by its row.
_STATUS_TIMES = View(
    "issue_status_times",
    "One row per issue and status that it ever had, with the seconds that it had it, until now or its deletion.",
    """\
SELECT i."ISSUE_ID", i."ISSUE_KEY", i."PROJECT_ID", s."STATUS_NAME",
  SUM(GREATEST(0, DATEDIFF(SECOND, s."BEGAN", COALESCE(s."ENDED", CURRENT_TIMESTAMP()::TIMESTAMP_TZ)))) AS "SECONDS",
  COUNT(*) AS "TIMES", MIN(s."BEGAN") AS "FIRST_AT", BOOLOR_AGG(s."IS_CURRENT") AS "IS_CURRENT", i."_DELETED_AT"
FROM {issues} i
JOIN (
  SELECT h."ISSUE_ID", CASE WHEN h."IS_CURRENT" THEN w."STATUS_NAME" ELSE h."VALUE" END AS "STATUS_NAME",
    h."VALID_FROM" AS "BEGAN", h."VALID_TO" AS "ENDED", h."IS_CURRENT"
  FROM {issue_field_history} h JOIN {issues} w ON w."ISSUE_ID" = h."ISSUE_ID"
  WHERE h."FIELD" = 'status' AND h."CUSTOM_FIELD_ID" IS NULL
  UNION ALL
  SELECT w."ISSUE_ID", w."STATUS_NAME", w."CREATED_AT", w."_DELETED_AT", (w."_DELETED_AT" IS NULL)
  FROM {issues} w
  LEFT JOIN {issue_changes} c ON c."ISSUE_ID" = w."ISSUE_ID" AND c."FIELD" = 'status' AND c."CUSTOM_FIELD_ID" IS NULL
  WHERE c."ISSUE_ID" IS NULL
) s ON s."ISSUE_ID" = i."ISSUE_ID"
GROUP BY i."ISSUE_ID", i."ISSUE_KEY", i."PROJECT_ID", s."STATUS_NAME", i."_DELETED_AT"
""",
)

_LAST_WEEK = View(
    "changes_last_week",
    "One row per activity of the seven days until now: who did what to what.",
    """\
SELECT a."ACTIVITY_ID", a."CREATED_AT", a."PROJECT_ID", a."PROJECT_KEY", a."PROJECT_NAME", a."ACTIVITY_TYPE",
  a."PROJECT_KEY" || '-' || a."CONTENT":"key_id"::VARCHAR AS "ISSUE_KEY",
  COALESCE(a."CONTENT":"summary"::VARCHAR, a."CONTENT":"title"::VARCHAR, a."CONTENT":"name"::VARCHAR) AS "TITLE",
  c."FIELDS", NULLIF(a."CONTENT":"comment"."content"::VARCHAR, '') AS "COMMENT", a."CREATOR_ID", a."CREATOR_NAME"
FROM {activities} a
LEFT JOIN (
  SELECT e."ACTIVITY_ID", LISTAGG(f."VALUE":"field"::VARCHAR, ', ') WITHIN GROUP (ORDER BY f."INDEX") AS "FIELDS"
  FROM {activities} e, LATERAL FLATTEN(INPUT => e."CONTENT":"changes") f
  WHERE e."CREATED_AT" >= DATEADD(DAY, -7, CURRENT_TIMESTAMP())
  GROUP BY e."ACTIVITY_ID"
) c ON c."ACTIVITY_ID" = a."ACTIVITY_ID"
WHERE a."_DELETED_AT" IS NULL AND a."CREATED_AT" >= DATEADD(DAY, -7, CURRENT_TIMESTAMP())""",
)

QUESTIONS = (_CURRENT, _HISTORY, _STATUS_TIMES, _LAST_WEEK)
