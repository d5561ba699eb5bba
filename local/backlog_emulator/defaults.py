"""What every space has: priorities, resolutions, and the statuses that each project begins with."""

from __future__ import annotations

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
