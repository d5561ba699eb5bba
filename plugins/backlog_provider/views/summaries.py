"""Views that sum up loaded records, instead of requests of their own."""

from __future__ import annotations

from backlog_provider.views.model import View

# What `expand[]=childIssueSummary` adds to an issue (https://developer.nulab.com/docs/backlog/api/2/get-issue-list/).
# It would change the record of a parent without moving its `updated`. 4 is the status Closed of every project.
_CHILDREN = View(
    "issue_child_summaries",
    "One row per living issue that has child issues, with how many it has and how many of them are closed.",
    """\
SELECT p."ISSUE_ID", p."ISSUE_KEY", p."PROJECT_ID", COUNT(*) AS "TOTAL",
  SUM(CASE WHEN c."STATUS_ID" = 4 THEN 1 ELSE 0 END) AS "CLOSED"
FROM {issues} p JOIN {issues} c ON c."PARENT_ISSUE_ID" = p."ISSUE_ID"
WHERE p."_DELETED_AT" IS NULL AND c."_DELETED_AT" IS NULL
GROUP BY p."ISSUE_ID", p."ISSUE_KEY", p."PROJECT_ID"
""",
)

# What `/wikis/tags` lists of a project. A tag that was renamed has its new name on the pages that were loaded since.
_WIKI_TAGS = View(
    "project_wiki_tags",
    "One row per project and tag of its wiki pages, with how many pages have it.",
    """\
SELECT w."PROJECT_ID", t."TAG_ID", MAX_BY(t."TAG_NAME", w."UPDATED_AT") AS "TAG_NAME", COUNT(*) AS "WIKIS"
FROM {wiki_tags} t JOIN {wikis} w ON w."WIKI_ID" = t."WIKI_ID"
GROUP BY w."PROJECT_ID", t."TAG_ID"
""",
)

SUMMARIES = (_CHILDREN, _WIKI_TAGS)
