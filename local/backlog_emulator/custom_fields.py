"""The eight kinds of custom fields: their definitions in a project, and values that people enter."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from backlog_emulator import texts
from backlog_emulator.records import CustomField, CustomValue, Item, Project

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from backlog_emulator.space import Space

TEXT, TEXT_AREA, NUMBER, DATE, SINGLE_LIST, MULTIPLE_LIST, CHECKBOX, RADIO = range(1, 9)


class _Kind(NamedTuple):
    """How a kind is called in Japanese and English, and what its lists offer."""

    ja: str
    en: str
    items: tuple[str, ...] = ()


_KINDS = {
    TEXT: _Kind("発生バージョン", "Customer number"),
    TEXT_AREA: _Kind("再現手順", "Steps to reproduce"),
    NUMBER: _Kind("ストーリーポイント", "Story points"),
    DATE: _Kind("公開予定日", "Promised date"),
    SINGLE_LIST: _Kind("重要度", "Severity", ("S1", "S2", "S3")),
    MULTIPLE_LIST: _Kind("対象ブラウザ", "Channels", ("Chrome", "Safari", "Firefox", "Edge")),
    CHECKBOX: _Kind("確認項目", "Checklist", ("表示", "印刷", "アクセシビリティ")),
    RADIO: _Kind("原因", "Platform", ("仕様", "実装", "環境")),
}


def define(space: Space, project: Project, type_id: int) -> CustomField:
    """A definition of one kind for a project; the text area applies to its second issue type only."""
    kind = _KINDS[type_id]
    only = (project.issue_types[1].id,) if type_id == TEXT_AREA else ()
    return CustomField(
        id=space.next_id("customField"),
        project_id=project.id,
        type_id=type_id,
        name=kind.ja if project.lang == "ja" else kind.en,
        description="",
        required=False,
        applicable_issue_types=only,
        settings=_settings(type_id, kind),
    )


def values(space: Space, project: Project, issue_type_id: int) -> dict[CustomField, CustomValue]:
    """What somebody enters in all fields that apply to an issue type; one in five stays empty."""
    rng, today = space.rng, space.now.date()
    return {
        field: _ENTER[field.type_id](rng, field, today) if rng.random() < 0.8 else _empty(field)
        for field in project.custom_fields
        if not field.applicable_issue_types or issue_type_id in field.applicable_issue_types
    }


def _settings(type_id: int, kind: _Kind) -> dict[str, Any]:
    if type_id == NUMBER:
        return {"min": 0.0, "max": 100.0, "initialValue": None, "unit": "pt"}
    if type_id == DATE:
        return {"min": date(2024, 4, 1), "max": None, "initialDate": {"id": 2, "shift": 7}}
    if not kind.items:
        return {}
    items = tuple(Item(number + 1, name, number) for number, name in enumerate(kind.items))
    free = {"allowInput": True} if type_id in (CHECKBOX, RADIO) else {}
    return {"allowAddItem": True, "items": items} | free


def _empty(field: CustomField) -> CustomValue:
    return CustomValue(() if field.type_id in (MULTIPLE_LIST, CHECKBOX) else None)


def _text(rng: Random, _field: CustomField, _today: date) -> CustomValue:
    return CustomValue(f"{int(rng.random() * 9)}.{int(rng.random() * 20)}")


def _text_area(rng: Random, field: CustomField, _today: date) -> CustomValue:
    return CustomValue(texts.description(rng, "ja" if field.name == _KINDS[TEXT_AREA].ja else "en"))


def _number(rng: Random, _field: CustomField, _today: date) -> CustomValue:
    return CustomValue(int(rng.random() * 40) / 2)


def _date(rng: Random, _field: CustomField, today: date) -> CustomValue:
    return CustomValue(today + timedelta(days=int(rng.random() * 60)))


def _one(rng: Random, field: CustomField, _today: date) -> CustomValue:
    return CustomValue(rng.choice(field.settings["items"]))


def _some(rng: Random, field: CustomField, _today: date) -> CustomValue:
    return CustomValue(field.settings["items"][: int(rng.random() * 4)])


def _one_or_other(rng: Random, field: CustomField, today: date) -> CustomValue:
    return CustomValue(None, "調査中") if rng.random() < 0.1 else _one(rng, field, today)


def _some_and_other(rng: Random, field: CustomField, today: date) -> CustomValue:
    held = _some(rng, field, today)
    return CustomValue(held.value, "口頭で確認") if rng.random() < 0.2 else held


_ENTER: dict[int, Callable[[Random, CustomField, date], CustomValue]] = {
    TEXT: _text,
    TEXT_AREA: _text_area,
    NUMBER: _number,
    DATE: _date,
    SINGLE_LIST: _one,
    MULTIPLE_LIST: _some,
    CHECKBOX: _some_and_other,
    RADIO: _one_or_other,
}
