"""One value: instants, days in both encodings, numbers, text."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backlog_provider.model import instants
from backlog_provider.transform import convert


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ("2026-01-31T09:30:00Z", "2026-01-31T09:30:00Z"),
        ("2026-01-31T09:30:00+09:00", "2026-01-31T00:30:00Z"),
        ("2026-01-31T09:30:00", "2026-01-31T09:30:00Z"),
        (1_440_000_000_000, "2015-08-19T16:00:00Z"),
        (1_440_000_000_500, "2015-08-19T16:00:00.500000Z"),
    ],
)
def test_instants_are_written_in_utc(given_: Any, expected: str) -> None:
    assert convert.instant_text(given_) == expected


@given(day=st.dates(), hours=st.integers(-11, 12))
def test_day_is_the_same_whether_written_as_midnight_in_utc_or_at_home(day: Any, hours: int) -> None:
    home = timezone(timedelta(hours=hours))
    if day.year in (1, 9999):
        return
    midnight = datetime(day.year, day.month, day.day, tzinfo=home).astimezone(timezone.utc)
    assert instants.day_text(midnight.isoformat().replace("+00:00", "Z")) == day.isoformat()


@pytest.mark.parametrize("given_", ["2013-08-29T15:00:00Z", "2013-08-30T00:00:00Z"])
def test_both_encodings_of_a_day_in_japan(given_: str) -> None:
    assert instants.day_text(given_) == "2013-08-30"


@pytest.mark.parametrize("nonsense", ["", "soon", "2026-13-01T00:00:00Z", True, None])
def test_what_is_no_instant_is_refused(nonsense: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        instants.instant(nonsense)


@pytest.mark.parametrize(
    ("given_", "expected"), [(5, 5), ("5", 5), (5.0, 5), (2**62, 2**62), (f"-{2**63 - 1}", 1 - 2**63)]
)
def test_whole_numbers(given_: Any, expected: int) -> None:
    assert convert.integer(given_) == expected


@pytest.mark.parametrize("nonsense", [True, 1.5, "x", 1e19, f"{2**63}"])
def test_what_is_no_whole_number_is_refused(nonsense: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        convert.integer(nonsense)


def test_truth_is_not_guessed_at() -> None:
    assert convert.boolean(False) is False
    with pytest.raises(TypeError, match="'true' is neither true nor false"):
        convert.boolean("true")
