"""Which projects a run reads."""

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
    :param narrowed: whether the user named them; otherwise they are all that the key's user takes part in.
    """

    ids: tuple[int, ...]
    narrowed: bool


def list_projects(client: Client) -> list[Record]:
    """Return the projects that the key's user takes part in.

    :raises ResponseError: where what is listed are no projects.
    """
    projects = client.get_list(PATH)
    if not all(isinstance(project.get("id"), int) and "projectKey" in project for project in projects):
        raise ResponseError(f"GET {PATH}: Backlog listed projects without id or key; check the connection's host")
    return projects


def scope_of(projects: Sequence[Record], keys: Sequence[str] | None, flag: str | None = None) -> Scope:
    """Return the scope that the user's project keys mean, given the list of projects that the key's user can see.

    :param flag: the field of a project that is false where it has no such records: it is left out then.
    :raises ConfigurationError: for a key that is not among them.
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
    """Return the parameters that name projects."""
    return [("projectId[]", number) for number in ids]


def is_feature_on(project: Record, flag: str | None) -> bool:
    """Return whether a project has a feature, as far as its record tells.

    :param flag: the field that is false where it has not; None for what every project has.
    """
    return flag is None or project.get(flag) is not False
