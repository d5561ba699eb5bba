"""The query tag of a session: names the task that sent a statement, in QUERY_HISTORY.

https://docs.snowflake.com/en/sql-reference/parameters#query-tag
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from airflow.providers.common.compat.sdk import redact

if TYPE_CHECKING:
    from collections.abc import Mapping

APP = "airflow-provider-backlog"
NAME = "QUERY_TAG"
# Characters: Snowflake's limit for a tag, and Airflow's for an id.
LONGEST = 2000
LONGEST_VALUE = 250


def with_query_tag(parameters: Mapping[str, Any] | None, about: Mapping[str, str]) -> dict[str, Any]:
    """Return session parameters with a query tag that says what a session is for.

    A tag that the connection has already is a decision: JSON gets these facts beside its own, text is left as it is.

    :param parameters: those of the connection; the name of one may be in any case.
    :param about: the facts; those without a value are left out.
    """
    given = dict(parameters or {})
    name = next((each for each in given if each.upper() == NAME), NAME)
    return {**given, name: _tag(given.get(name), about)}


def _tag(own: Any, about: Mapping[str, str]) -> Any:
    facts = {"app": APP, **{name: value[:LONGEST_VALUE] for name, value in about.items() if value}}
    if own:
        theirs = _read(own)
        if theirs is None:
            return own
        facts |= theirs
    text = json.dumps(redact(facts), ensure_ascii=False)
    return text if len(text) <= LONGEST else own or text[:LONGEST]


def _read(tag: Any) -> dict[str, Any] | None:
    try:
        read = json.loads(tag) if isinstance(tag, str) else tag
    except ValueError:
        return None
    return read if isinstance(read, dict) else None
