"""Whose key it is decides what can be read: an ordinary member's is refused some lists, in one line each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests

from backlog_provider.api.client import Client
from backlog_provider.api.session import ApiKeyAuth
from backlog_provider.catalogue import CATALOGUE
from backlog_provider.exceptions import AccessDeniedError
from backlog_provider.extract.stream import Reader
from backlog_provider.transform.rows import row_maker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backlog_emulator.emulator import Emulator

# Stars are listed by person, and so need the list of people.
REFUSED = {"disk_usage", "users", "teams", "webhooks", "stars"}


@pytest.fixture
def member(space: Emulator) -> Iterator[Client]:
    """A client with the key of an ordinary member."""
    with requests.Session() as session:
        session.auth = ApiKeyAuth(space.member_key)
        yield Client(session, space.url, sleep=lambda _: None)


@pytest.mark.parametrize("name", CATALOGUE)
def test_key_of_an_ordinary_member_reads_an_endpoint_or_is_told_in_one_line_that_it_may_not(
    member: Client, name: str
) -> None:
    make_row = row_maker(CATALOGUE[name])
    try:
        for page in Reader(member, CATALOGUE[name]).pages(None):
            for record in page.records:
                assert make_row(record, page.parent)
    except AccessDeniedError as error:
        assert "\n" not in str(error)  # noqa: PT017 (whether it fails is the question)
        assert name in REFUSED
    else:
        assert name not in REFUSED


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_endpoint_that_a_member_may_not_read_says_who_may(name: str) -> None:
    assert CATALOGUE[name].role
