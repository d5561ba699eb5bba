"""Child lists that a census reads again, whether or not a change is reported."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from backlog_provider.exceptions import ConfigurationError
from backlog_provider.extract.child_stream import ChildStream
from backlog_provider.extract.full_list import FullListReader
from backlog_provider.extract.page import Page
from backlog_provider.extract.parents import has_feature

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from backlog_provider.api.client import Client
    from backlog_provider.extract.skipped_parents import SkippedParents
    from backlog_provider.model.endpoint import Endpoint
    from backlog_provider.model.record import Record


def lists(client: Client, endpoint: Endpoint, projects: Sequence[Record], refused: SkippedParents) -> Iterator[Page]:
    """Yield the lists of an endpoint in some projects, each with its parent; whole if the count agrees.

    A project whose feature is off has no lists, so its rows stay.

    :param client: the client of the space.
    :param endpoint: the endpoint.
    :param projects: the projects; none for an endpoint that belongs to no project.
    :param refused: collects lists that cannot be read.
    :raises ConfigurationError: if the endpoint has no such census.
    """
    if endpoint.reread is None:
        raise ConfigurationError(f"{endpoint.name}: there is no list to compare with; name another endpoint")
    style = endpoint.reread.style
    if endpoint.under is None:
        yield Page(FullListReader(client, style).read(endpoint.path).records, {})
        return
    under = endpoint.under
    on = [project for project in projects if has_feature(under, project)]
    if projects and not on:
        return
    read = ChildStream(client, replace(endpoint, style=style), under, on, counts=True)
    for parent, listing in read.whole(refused):
        yield Page(listing.records, {}, parent=parent, is_whole=listing.is_whole)
