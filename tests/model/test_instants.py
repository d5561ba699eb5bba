"""What an instant is, alone and among those of a page."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backlog_provider.model.instants import are_instants, is_instant, normalized

GOOD = "2026-01-31T09:30:00Z"
ODD = [
    "",
    "Z",
    "2026-01-31",
    "2026-01-31T09:30:00",
    "2026-01-31T09:30Z",
    "2026-01-31 09:30:00Z",
    "2026-01-31t09:30:00z",
    "2026-01-31T09:30:00.5Z",
    "2026-01-31T09:30:00+00:00",
    "2026-01-31T09:30:00Z\n",
    "2026-02-29T09:30:00Z",
    "2026-13-01T09:30:00Z",
    "2026-00-01T09:30:00Z",
    "0000-01-01T09:30:00Z",
    "2026-01-31T24:00:00Z",
    "2026-01-31T09:30:60Z",
    "2026-W01-1T09:30:00Z",
    "２０２６-01-31T09:30:00Z",
    "٢٠٢٦-01-31T09:30:00Z",
    GOOD + GOOD,
]

moments = st.datetimes().map(lambda moment: f"{moment.replace(microsecond=0).isoformat()}Z")


@given(moments)
def test_every_second_there_is_has_one_text(text: str) -> None:
    assert is_instant(text)


@pytest.mark.parametrize("text", ODD)
def test_other_forms_are_none(text: str) -> None:
    assert not is_instant(text)


@given(st.lists(st.one_of(moments, st.sampled_from(ODD), st.text("0123456789-T:Z", max_size=25)), max_size=6))
def test_texts_are_instants_where_each_of_them_is(texts: list[str]) -> None:
    assert are_instants(texts) is all(map(is_instant, texts))


@pytest.mark.parametrize("texts", [[GOOD + GOOD, ""], ["", GOOD], [GOOD[:10], GOOD[10:]], [GOOD[:-1], f"Z{GOOD}"]])
def test_texts_that_only_together_look_like_instants_are_none(texts: list[str]) -> None:
    assert not are_instants(texts)


@pytest.mark.parametrize(
    "value",
    [
        "2026-01-31T09:30:00Z",
        "2026-01-31T09:30:00.999Z",
        "2026-01-31T09:30:00.123456789Z",
        "2026-01-31 09:30:00z",
        "2026-01-31T18:30:00+09:00",
        "2026-01-31T18:30:00+0900",
        "2026-01-31T08:30:00.5-01:00",
        "2026-01-31T10:00:00+00:30",
        "2026-01-31T09:30:00",
        1_769_851_800_000,
        1_769_851_800_999.0,
    ],
)
def test_each_form_of_an_instant_has_the_usual_one(value: Any) -> None:
    assert normalized(value) == GOOD


@pytest.mark.parametrize("value", ["2026-01-31", "soon", "", "1769851800000", 1e300, float("nan"), True, None, {}, []])
def test_what_is_no_instant_has_no_usual_form(value: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        normalized(value)
