"""Middleware in front of the emulated API, through the gateway that tests put there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.support.gateway import Asked, Reply, gateway, page

from backlog_provider.exceptions import BacklogError

if TYPE_CHECKING:
    from backlog_emulator.emulator import Emulator
    from backlog_provider.api.client import Client


def test_gateway_answers_instead_of_the_space(client: Client, space: Emulator) -> None:
    with gateway(space, before=lambda asked: page(500) if asked.path == "/users" else None) as came:
        with pytest.raises(BacklogError):
            client.get("/users")
        assert client.get("/space")["spaceKey"]
    assert {asked.path for asked in came} == {"/users", "/space"}
    assert client.get_list("/users")


def test_gateway_changes_what_is_asked_and_what_is_answered(client: Client, space: Emulator) -> None:
    def cap(asked: Asked) -> None:
        asked.set("count", min(int(asked.param("count") or 20), 7))

    def rename(_: Asked, reply: Reply) -> None:
        reply.body[0]["summary"] = "renamed"

    with gateway(space, before=cap, after=rename):
        issues = client.get_list("/issues", [("count", 100), ("sort", "created")])
    assert len(issues) == 7
    assert issues[0]["summary"] == "renamed"
