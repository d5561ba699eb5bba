"""No secret in what is told: log lines, exceptions, XComs and rendered fields of the whole suite are looked through."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from traceback import format_exception
from typing import Any

# Who would name a key: those that send it, those that know it, and those that log in.
TALKATIVE = ("urllib3", "requests", "backlog_provider", "airflow.providers.http", "airflow.task")


@dataclass
class Secrets:
    """What nobody may tell, and what was told all the same."""

    known: set[str] = field(default_factory=set)
    told: list[str] = field(default_factory=list)

    def look_through(self, where: str, value: Any) -> None:
        """Note whether a value, as text, has a secret in it."""
        text = str(value)
        if any(secret in text for secret in self.known):
            self.told.append(f"{where} holds a secret")

    def look_through_error(self, error: BaseException) -> None:
        """Note whether an exception, or one behind it, has a secret in it."""
        self.look_through(f"a {type(error).__name__}", "".join(format_exception(error)) + repr(error))


class Listening(logging.Handler):
    """Looks through every log record, with what it says of exceptions."""

    def __init__(self, secrets: Secrets) -> None:
        super().__init__(logging.DEBUG)
        self.records = 0
        self._secrets = secrets

    def emit(self, record: logging.LogRecord) -> None:
        self.records += 1
        self._secrets.look_through(
            f"a log line of {record.name}, {record.pathname}:{record.lineno}", self.format(record)
        )


SECRETS = Secrets()
LISTENING = Listening(SECRETS)


def listen() -> None:
    """Hear everything that is logged, and what these say where somebody looks for a fault."""
    logging.getLogger().addHandler(LISTENING)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.DEBUG)
