"""What the engine refuses reaches the client at once, as an error of Snowflake's.

fakesnow answers HTTP 500 to every exception it does not know (a write conflict, a broken constraint, a malformed
file), and the connector repeats a statement that got a 500 for minutes, or for ever.
"""

from collections.abc import Callable
from typing import Any

from fakesnow.cursor import FakeSnowflakeCursor
from snowflake.connector.errors import OperationalError, ProgrammingError

from local_snowflake.corrections.replacing import replace

INTERNAL_ERROR = 603
"""Snowflake's number for an error in the execution of a statement that has no number of its own."""


def apply() -> None:
    """Correct what a failing statement raises."""
    parameters = ["self", "command", "params", "args", "kwargs"]
    replace(FakeSnowflakeCursor, "execute", parameters, _raising_programming_errors)


def _raising_programming_errors(execute: Callable[..., Any]) -> Callable[..., Any]:
    def checked(self: Any, command: str, *args: Any, **kwargs: Any) -> Any:
        try:
            return execute(self, command, *args, **kwargs)
        except (ProgrammingError, OperationalError):
            raise
        except Exception as error:
            raise as_programming_error(error) from error

    return checked


def as_programming_error(error: Exception) -> ProgrammingError:
    """The error for the client, in the engine's words."""
    message = f"SQL execution internal error:\n{type(error).__name__}: {error}"
    return ProgrammingError(msg=message, errno=INTERNAL_ERROR, sqlstate="XX000")
