"""The kinds of projects that a space has: what they are called and how they are set up."""

from __future__ import annotations

from typing import NamedTuple


class Blueprint(NamedTuple):
    """One kind of project; `custom` are type ids of custom fields (1 to 8), `statuses` come before 完了."""

    key: str
    name: str
    lang: str
    issue_types: tuple[str, ...]
    categories: tuple[str, ...]
    statuses: tuple[str, ...]
    milestone: str
    custom: tuple[int, ...]


BLUEPRINTS = (
    Blueprint(
        "WEB",
        "コーポレートサイト刷新",
        "ja",
        ("タスク", "バグ", "要望", "その他"),
        ("デザイン", "コーディング", "サーバー", "原稿"),
        ("レビュー待ち", "保留"),
        "第{}期リリース",
        (1, 2, 3, 4, 5, 6, 7, 8),
    ),
    Blueprint(
        "APP",
        "Mobile App",
        "en",
        ("Task", "Bug", "Story"),
        ("iOS", "Android", "Backend"),
        ("In Review",),
        "v2.{}",
        (3, 5, 8),
    ),
    Blueprint(
        "INFRA",
        "社内インフラ運用",
        "ja",
        ("作業", "障害", "問い合わせ"),
        ("ネットワーク", "アカウント"),
        (),
        "第{}四半期",
        (4,),
    ),
    Blueprint(
        "SUPPORT",
        "Customer Support / お客様窓口",
        "en",
        ("Question", "Incident", "Refund"),
        ("Billing", "Technical"),
        ("Waiting for customer", "Escalated"),
        "Q{}",
        (1, 6),
    ),
    Blueprint(
        "MKT",
        "マーケティング施策 2025",
        "ja",
        ("タスク", "企画"),
        ("展示会", "SNS", "メルマガ"),
        (),
        "キャンペーン{}",
        (7,),
    ),
    Blueprint("OLD_CRM", "旧顧客管理システム", "ja", ("タスク", "バグ"), (), (), "Phase {}", ()),
)

# The colours that Backlog offers for issue types, and for the statuses of a project's own.
COLORS = ("#7ea800", "#990000", "#ff9200", "#2779ca", "#e30000", "#934981", "#814fbc", "#007e9a")
STATUS_COLORS = ("#3b9dbd", "#eda62a", "#868cb7", "#e07b9a", "#4caf93", "#e87758")


def blueprint(number: int) -> Blueprint:
    """The blueprint of the n-th project; beyond the table its kinds repeat under new keys."""
    turn, place = divmod(number, len(BLUEPRINTS))
    chosen = BLUEPRINTS[place]
    if turn == 0:
        return chosen
    return chosen._replace(key=f"{chosen.key}{turn + 1}", name=f"{chosen.name} {turn + 1}")
