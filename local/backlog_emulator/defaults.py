"""What every space has: priorities, resolutions, a plan, and the statuses that each project begins with."""

from __future__ import annotations

from datetime import date

from backlog_emulator.records import Choice

HIGH, NORMAL, LOW = PRIORITIES = (Choice(2, "高"), Choice(3, "中"), Choice(4, "低"))

RESOLUTIONS = tuple(
    Choice(number, name) for number, name in enumerate(("対応済み", "対応しない", "無効", "重複", "再現しない"))
)

# (id, name, colour); the display order of the n-th is n thousand.
STATUSES = (
    (1, "未対応", "#ed8077"),
    (2, "処理中", "#4488c5"),
    (3, "処理済み", "#5eb5a6"),
    (4, "完了", "#b0be3c"),
)

# The plan of the space, as the API gives it. A limit of 0 is none.
LICENCE = {
    "active": True,
    "attachmentLimit": 0,
    "attachmentLimitPerFile": 52_428_800,
    "attachmentNumLimit": 50,
    "attribute": True,
    "attributeLimit": 100,
    "burndown": True,
    "commentLimit": 0,
    "componentLimit": 0,
    "fileSharing": True,
    "gantt": True,
    "git": True,
    "issueLimit": 0,
    "licenceTypeId": 51,
    "limitDate": date(2026, 12, 31),
    "nulabAccount": True,
    "parentChildIssue": True,
    "grandchildIssueEnabled": True,
    "postIssueByMail": True,
    "projectLimit": 0,
    "pullRequestAttachmentLimitPerFile": 52_428_800,
    "pullRequestAttachmentNumLimit": 50,
    "remoteAddress": True,
    "remoteAddressLimit": 100,
    "startedOn": date(2025, 1, 5),
    "storageLimit": 1_073_741_824_000,
    "subversion": True,
    "subversionExternal": True,
    "userLimit": 0,
    "versionLimit": 0,
    "wikiAttachment": True,
    "wikiAttachmentLimitPerFile": 52_428_800,
    "wikiAttachmentNumLimit": 50,
}
