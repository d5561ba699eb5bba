"""People in records: nobody is recognisable, and nothing else has changed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from backlog_emulator.server import running as emulator_running
from backlog_provider.catalogue import CATALOGUE
from backlog_provider.exceptions import ConfigurationError, ResponseError
from backlog_provider.extract.stream import Reader
from backlog_provider.transform.pii import pii_filter
from backlog_provider.transform.rows import row_maker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backlog_emulator.emulator import Emulator
    from backlog_provider.api.client import Client
    from backlog_provider.transform.pii import PiiFilter

SECRET = "a secret of many letters"
SASAKI = {
    "id": 7,
    "userId": "sasaki",
    "name": "佐々木 陽菜",
    "roleType": 1,
    "lang": "ja",
    "nulabAccount": {"nulabId": "Prm9ZD", "name": "hina", "uniqueId": "hina.s", "iconUrl": "https://icons/7"},
    "mailAddress": "hina@example.com",
    "lastLoginTime": "2026-01-02T03:04:05Z",
}
NOBODY = {
    "id": 7,
    "userId": None,
    "name": None,
    "roleType": 1,
    "lang": "ja",
    "nulabAccount": {"nulabId": None, "name": None, "uniqueId": None, "iconUrl": None},
    "mailAddress": None,
    "lastLoginTime": "2026-01-02T03:04:05Z",
}
# Where somebody is in the records, and where the API has shapes of its own.
PEOPLED = {
    *("users", "teams", "project_users", "issues", "issue_comments", "issue_participants", "wikis", "documents"),
    *("document_comments", "pull_requests", "pull_request_comments", "stars", "notifications", "activities"),
}


def protecting(mode: str, secret: str | None = None) -> PiiFilter:
    made = pii_filter(mode, secret)
    assert made
    return made


drop = protecting("drop")
hashed = protecting("hash", SECRET)


def texts(value: Any) -> Iterator[str]:
    """Every text in a record, the names of fields left out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from texts(inner)


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (SASAKI, NOBODY),
        ({"id": 1, "assignee": SASAKI}, {"id": 1, "assignee": NOBODY}),
        ({"members": [SASAKI], "name": "Team"}, {"members": [NOBODY], "name": "Team"}),
        ({"content": {"users": [SASAKI], "comment": "hi"}}, {"content": {"users": [NOBODY], "comment": "hi"}}),
        # Of whom little is known, in a place of people; and somebody in a place that nobody has documented.
        ({"createdUser": {"id": 7, "name": "Hina"}}, {"createdUser": {"id": 7, "name": None}}),
        ({"reviewer": {"by": [SASAKI]}}, {"reviewer": {"by": [NOBODY]}}),
        ({"user": {"id": 1, "nickname": "Hi"}}, {"user": {"id": 1, "nickname": None}}),
        # An address alone makes nobody of a project.
        (
            {"projectKey": "A", "name": "A", "mailAddress": "a@b.c"},
            {"projectKey": "A", "name": "A", "mailAddress": None},
        ),
        ({"parties": [{"id": 1, "name": "Team"}]}, {"parties": [{"id": 1, "name": "Team"}]}),
        ({"nulabAccount": True, "licenceTypeId": 11}, {"nulabAccount": True, "licenceTypeId": 11}),
        # Values before and after a change: names in change logs, ids in activities.
        (
            {"changeLog": [{"field": "assigner", "newValue": "Hina", "originalValue": "12"}]},
            {"changeLog": [{"field": "assigner", "newValue": None, "originalValue": None}]},
        ),
        (
            {"changes": [{"field": "assigner", "new_value": "7", "old_value": "Hina", "type": "standard"}]},
            {"changes": [{"field": "assigner", "new_value": "7", "old_value": None, "type": "standard"}]},
        ),
        (
            {"changeLog": [{"field": "status", "newValue": "Open", "originalValue": None}]},
            {"changeLog": [{"field": "status", "newValue": "Open", "originalValue": None}]},
        ),
        # What people have written stays as it is.
        ({"content": "ask @Hina, hina@example.com"}, {"content": "ask @Hina, hina@example.com"}),
    ],
)
def test_dropped_is_what_names_somebody_and_nothing_else(record: Any, expected: Any) -> None:
    before = json.dumps(record)
    assert drop(record) == expected
    assert json.dumps(record) == before


def test_same_text_has_the_same_hash_wherever_it_stands() -> None:
    person = hashed(SASAKI)
    [change] = hashed({"changeLog": [{"field": "assigner", "newValue": SASAKI["name"], "originalValue": ""}]})[
        "changeLog"
    ]
    assert change == {"field": "assigner", "newValue": person["name"], "originalValue": ""}
    assert hashed({"assignee": SASAKI})["assignee"] == person
    assert (person["id"], person["lang"], person["lastLoginTime"]) == (7, "ja", SASAKI["lastLoginTime"])
    assert protecting("hash", SECRET)(SASAKI) == person


@pytest.mark.parametrize("last_login", ["2026-01-02T03:04:05.678Z", "2026-01-02T12:04:05+09:00"])
def test_an_instant_of_any_form_names_nobody(last_login: str) -> None:
    assert hashed({**SASAKI, "lastLoginTime": last_login})["lastLoginTime"] == last_login


def test_hash_is_an_hmac_that_only_the_secret_makes() -> None:
    # echo -n hina@example.com | openssl dgst -sha256 -hmac "a secret of many letters"
    known = "cfc803107ee3"
    assert hashed(SASAKI)["mailAddress"].startswith(known)
    other = protecting("hash", SECRET + "!")
    assert not set(texts(other(SASAKI))) & {text for text in texts(hashed(SASAKI)) if len(text) == 64}


@pytest.mark.parametrize(
    ("secret", "fault"), [(None, "is missing"), ("", "is missing"), ("short", "has fewer than 16")]
)
def test_hash_without_a_secret_is_an_error_that_says_where_to_put_one(secret: str | None, fault: str) -> None:
    with pytest.raises(
        ConfigurationError, match=f"^pii: hashes need a secret, and pii_secret of connection 'x' {fault}"
    ):
        pii_filter("hash", secret, named="pii_secret of connection 'x'")


def test_other_mode_is_named() -> None:
    with pytest.raises(ConfigurationError, match="pii: 'hide' is none of 'keep', 'hash', 'drop'"):
        pii_filter("hide")


def test_keep_does_nothing_at_all() -> None:
    assert pii_filter("keep") is None


def test_record_nested_without_end_is_an_error() -> None:
    record: Any = {}
    for _ in range(5000):
        record = {"in": record}
    with pytest.raises(ResponseError, match="nested too deeply"):
        drop(record)


@pytest.fixture
def space() -> Iterator[Emulator]:
    with emulator_running(issues=120, seed=7, limit_read=100_000) as emulator:
        yield emulator


def test_nobody_is_recognisable_in_any_row_of_any_endpoint(client: Client, space: Emulator) -> None:
    """Columns and RAW alike, of everything that the catalogue has; what people have written is left out."""
    named = {
        text
        for user in space.space.users.values()
        for text in (user.name, user.user_id, user.mail_address, user.nulab_id)
    }
    named.discard(None)
    icons = {f"https://icons.backlog.example/{user.id}" for user in space.space.users.values()}
    seen, endpoints = set(), set()
    for endpoint in CATALOGUE.values():
        keep, hide = row_maker(endpoint), row_maker(endpoint, hashed)
        for page in Reader(client, endpoint).pages(None):
            for record in page.records:
                endpoints.add(endpoint.name)
                seen |= (named | icons).intersection(texts(keep(record, page.parent)))
                protected = hide(record, page.parent)
                assert not (named | icons).intersection(texts(protected)), endpoint.name
                assert numbers(protected) == numbers(keep(record, page.parent))
    assert seen > named
    assert endpoints > PEOPLED


def numbers(value: Any) -> list[int]:
    """Every number in a row, in order: the ids."""
    if isinstance(value, dict):
        return [number for inner in value.values() for number in numbers(inner)]
    if isinstance(value, list):
        return [number for inner in value for number in numbers(inner)]
    return [value] if isinstance(value, int) else []
