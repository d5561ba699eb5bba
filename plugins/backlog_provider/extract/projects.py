"""The projects that a run reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from backlog_provider.exceptions import ConfigurationError, ResponseError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from backlog_provider.api.client import Client
    from backlog_provider.model.record import Record

PATH = "/projects"


@dataclass(frozen=True)
class Scope:
    """The projects to read.

    :param ids: their ids, ascending.
    :param narrowed: whether the user named them; otherwise they are all projects of the key's user.
    """

    ids: tuple[int, ...]
    narrowed: bool


def list_projects(client: Client) -> list[Record]:
    """Return the projects that the key's user is a member of.

    :param client: the client of the space.
    :raises ResponseError: if the answer does not list projects.
    """
    projects = client.get_list(PATH)
    if not all(isinstance(project.get("id"), int) and "projectKey" in project for project in projects):
        raise ResponseError(f"GET {PATH}: Backlog listed projects without id or key; check the connection's host")
    return projects


def scope_of(projects: Sequence[Record], keys: Sequence[str] | None, flag: str | None = None) -> Scope:
    """Return the projects to read.

    :param projects: all projects that the key's user can see.
    :param keys: the project keys that the user has named; None for all projects.
    :param flag: the field of a project that is false if its feature is off; such projects are left out.
    :raises ConfigurationError: for a key that is not among the projects.
    """
    by_key = {project["projectKey"]: project["id"] for project in projects}
    on = {project["id"] for project in projects if is_feature_on(project, flag)}
    if keys is None:
        return Scope(tuple(sorted(on)), narrowed=False)
    if unknown := [key for key in keys if key not in by_key]:
        raise ConfigurationError(
            f"project_keys: the API key's user takes part in no project {', '.join(unknown)}; "
            f"it sees {', '.join(sorted(by_key)) or 'none'}"
        )
    return Scope(tuple(sorted(on.intersection(by_key[key] for key in keys))), narrowed=True)


def project_params(ids: Iterable[int]) -> list[tuple[str, int]]:
    """Return the query parameters that name projects."""
    return [("projectId[]", number) for number in ids]


def is_feature_on(project: Record, flag: str | None) -> bool:
    """Return whether a project has a feature, by its record.

    :param project: the record of the project.
    :param flag: the field that is false if the feature is off; None for features of every project.
    """
    return flag is None or project.get(flag) is not False
