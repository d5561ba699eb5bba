"""The type of a view: a name, a description, and a query in which tables and other views stand in braces."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace
from string import Formatter
from typing import TYPE_CHECKING

from backlog_provider.load.identifiers import quoted

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_SIGNED = re.compile(r"\(backlog_provider ([0-9a-f]{12})\)$")


@dataclass(frozen=True)
class View:
    """One view.

    :param name: like the name of an endpoint, and not the name of one: the view is ``BACKLOG_<NAME>``.
    :param about: one sentence for its comment: what a row is.
    :param query: a SELECT. What it reads stands in braces, by the name of endpoint or view: ``FROM {issues}``.
    :param stand_ins: of what it reads where that is there: the query that takes its place where it is not, by name.
    """

    name: str
    about: str
    query: str
    stand_ins: Mapping[str, str] = field(default_factory=dict)

    def over(self, there: Collection[str]) -> View:
        """Return the view as it is over the tables and views that are there, by their names in Snowflake."""
        missing = [name for name in self.stand_ins if _object(name) not in there]
        query = self.query
        for name in missing:
            query = query.replace(f"{{{name}}}", f"({self.stand_ins[name]})")
        return replace(self, query=query, stand_ins={})

    @property
    def view(self) -> str:
        """Its name in Snowflake."""
        return _object(self.name)

    @property
    def reads(self) -> tuple[str, ...]:
        """The names in Snowflake of the tables and views that it reads."""
        names = {name for _, name, _, _ in Formatter().parse(self.query) if name}
        return tuple(sorted(map(_object, names)))

    @property
    def sql(self) -> str:
        """Its query. Names have no schema: Snowflake looks for them where the view is, also in a clone of it."""
        return self.query.format_map(_Objects()).strip()

    @property
    def comment(self) -> str:
        """The sentence, signed with a digest: whether a view is this one can be told by SHOW VIEWS."""
        return f"{self.about} (backlog_provider {self.digest})"

    @property
    def digest(self) -> str:
        """Twelve digits that change with the definition."""
        return hashlib.sha256(f"{self.about}\n{self.sql}".encode()).hexdigest()[:12]


def signed(comment: str) -> str | None:
    """Return the digest with which a view's comment is signed; None of a view that somebody else has made."""
    found = _SIGNED.search(comment)
    return found[1] if found else None


def _object(name: str) -> str:
    return f"BACKLOG_{name.upper()}"


class _Objects(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return quoted(_object(name))
