"""Airflow's Variables as a store that tasks, commands and the API server can read and write.

A task cannot change a connection: the execution API, which is all that it talks to since Airflow 3, only reads them. It
can set a Variable, which the metadata database keeps encrypted, as it does connections.
"""

from __future__ import annotations

import sys
from typing import Any

from backlog_provider.exceptions import TokenStoreError


class Variables:
    """Reads and writes Variables, from wherever it is."""

    def read(self, name: str) -> str | None:
        """Return the value of a Variable; None where there is none."""
        value = _variable().get(name, None)
        return None if value is None else str(value)

    def write(self, name: str, text: str, description: str) -> None:
        """Set a Variable.

        :raises TokenStoreError: where Airflow cannot do that.
        """
        try:
            _variable().set(name, text, description)
        except Exception as error:  # noqa: BLE001 (whatever it is, of whichever library, it was not kept)
            raise TokenStoreError(
                f"the OAuth tokens could not be kept in Airflow's Variable {name} ({type(error).__name__}); "
                "see that this process reaches Airflow's API server or its database, and that this is migrated"
            ) from None


def _variable() -> Any:
    if _is_task():
        from airflow.sdk import Variable

        return Variable
    from airflow.models.variable import Variable as Stored

    return Stored


def _is_task() -> bool:
    """Whether Airflow runs this process for a task: the sign by which its own models tell (3.1 to 3.3)."""
    return hasattr(sys.modules.get("airflow.sdk.execution_time.task_runner"), "SUPERVISOR_COMMS")
