"""Lists that Backlog refuses are passed over; what is kept of them does not grow with their number."""

from __future__ import annotations

import gc
import logging
import weakref

import pytest

from backlog_provider.catalogue import CATALOGUE
from backlog_provider.exceptions import AccessDeniedError
from backlog_provider.extract.skipped_parents import SkippedParents


def test_of_many_refusals_only_the_last_is_held(caplog: pytest.LogCaptureFixture) -> None:
    refused = SkippedParents(CATALOGUE["issue_comments"])
    errors: weakref.WeakSet[AccessDeniedError] = weakref.WeakSet()
    for number in range(500):
        with refused.skip_if_denied({"id": number}):
            error = AccessDeniedError(f"no {number}", status=403)
            errors.add(error)
            raise error
    del error
    gc.collect()
    assert [str(error) for error in errors] == ["no 499"]
    with refused.skip_if_denied({"id": 500}):
        pass
    with caplog.at_level(logging.WARNING):
        refused.tell(all_matters=True)
    [warning] = caplog.messages
    assert "500 lists are left out, 1 were read; the last refusal: no 499" in warning


def test_where_all_are_refused_the_last_refusal_is_raised() -> None:
    refused = SkippedParents(CATALOGUE["issue_comments"])
    for number in range(3):
        with refused.skip_if_denied({"id": number}):
            raise AccessDeniedError(f"no {number}", status=403)
    with pytest.raises(AccessDeniedError, match="no 2"):
        refused.tell(all_matters=True)
