"""Texts that few systems like: long ones, every plane of Unicode, NUL, halves of surrogate pairs."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
import requests

if TYPE_CHECKING:
    from backlog_emulator.emulator import Emulator

Connect = Callable[..., requests.Session]
# A character or more of each of the seventeen planes, private ones and noncharacters included.
PLANES = "".join(chr(plane * 0x10000 + place) for plane in range(17) for place in (0x21, 0xE000, 0xFFFE))


def described(emulator: Emulator, api: requests.Session, escaped: str) -> str:
    """Write a text, in JSON's own escapes, into an issue; the raw body of that issue."""
    issue = next(iter(emulator.space.issues.values()))
    edit = f'{{"op": "update_issue", "id": {issue.id}, "fields": {{"description": "{escaped}"}}}}'
    response = api.post("/control/edit", data=edit.encode())
    assert response.status_code == 200, response.text
    return api.get(f"/api/v2/issues/{issue.id}").content.decode()


@pytest.mark.parametrize("text", [PLANES, "before\0after", "あ" * 2_800_000], ids=["planes", "NUL", "8 MB"])
def test_a_text_comes_out_as_it_went_in(fresh: Emulator, connect: Connect, text: str) -> None:
    body = described(fresh, connect(fresh), json.dumps(text)[1:-1])
    assert json.loads(body)["description"] == text


def test_nul_is_written_as_an_escape(fresh: Emulator, connect: Connect) -> None:
    assert r'"description":"a\u0000b"' in described(fresh, connect(fresh), r"a\u0000b")


@pytest.mark.parametrize("half", [r"\ud800", r"\udfff", r"\udc00\ud800", r"\ud83d\ude00 and \ud83d"])
def test_half_a_surrogate_pair_is_written_as_an_escape_everywhere(fresh: Emulator, connect: Connect, half: str) -> None:
    api = connect(fresh)
    assert f'"description":"{half}"' in described(fresh, api, half)
    assert half in api.get("/api/v2/issues?sort=updated&count=1").text
    assert half in api.get("/api/v2/space/activities?count=1").text
    assert half in api.get("/control/truth/issues").text


def test_a_script_may_hold_such_texts_too(fresh: Emulator, connect: Connect) -> None:
    api = connect(fresh)
    do = r'{"op": "create_issue", "project": "WEB", "fields": {"summary": "\ud800"}}'
    response = api.post("/control/script", data=f'[{{"before_request": 1, "do": {do}}}]'.encode())
    assert r"\ud800" in response.text
    assert r'"summary":"\ud800"' in api.get("/api/v2/issues?count=1").text
