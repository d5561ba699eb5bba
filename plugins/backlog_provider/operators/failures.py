"""Failures of tasks: one line in the log, and no retry if a retry cannot help."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from airflow.providers.common.compat.sdk import AirflowException, AirflowFailException, AirflowNotFoundException

from backlog_provider.exceptions import BacklogError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def fail_in_one_line() -> Iterator[None]:
    """Turn what is raised inside into what Airflow understands."""
    try:
        yield
    except AirflowNotFoundException as error:
        raise AirflowFailException(f"{error}; create it in the UI, or as AIRFLOW_CONN_<ID>") from None
    except BacklogError as error:
        # One line is all that anybody needs of an error of this tree: a stack would bury it.
        failure = AirflowException if error.retryable else AirflowFailException
        raise failure(f"{type(error).__name__}: {error}") from None
