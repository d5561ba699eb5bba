"""Folders of shared files, whatever form their paths have and whichever of them Backlog refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.conftest import edit
from tests.endpoints.comparing import truth
from tests.support.gateway import Asked, Reply, error, gateway, page

from backlog_provider.api.client import Client

if TYPE_CHECKING:
    from tests.conftest import Runs, Warehouse

    from backlog_emulator.emulator import Emulator


@pytest.fixture(autouse=True)
def _files(space: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("/docs/", "/docs/sub/", "/docs/sub/deep/", "/other/"):
        for number in range(3):
            edit(space, op="add_file", project="WEB", dir=folder, name=f"{number}.txt")
    real = Client.__init__
    monkeypatch.setattr(Client, "__init__", lambda self, *given, **_: real(self, *given, sleep=lambda _: None))


def keys(warehouse: Warehouse) -> set[int]:
    return set(warehouse.records("BACKLOG_SHARED_FILES"))


def listed(space: Emulator) -> set[int]:
    return {each["id"] for each in truth(space, "shared_files")}


@pytest.mark.parametrize("form", ["no slash at the end", "null", "missing"])
def test_folder_is_found_whatever_form_dir_has(space: Emulator, run: Runs, warehouse: Warehouse, form: str) -> None:
    def rewrite(_: Asked, reply: Reply) -> None:
        for record in reply.body if isinstance(reply.body, list) else []:
            if form == "missing":
                record.pop("dir", None)
            elif "dir" in record:
                record["dir"] = None if form == "null" else record["dir"].rstrip("/")

    with gateway(space, after=rewrite) as came:
        run("shared_files")
    assert keys(warehouse) == listed(space)
    assert not any("None" in asked.path or "docssub" in asked.path for asked in came)


@pytest.mark.parametrize("reply", [error(6, 404), page(404)], ids=["code 6", "a page of HTML"])
def test_address_may_not_end_in_a_slash(space: Emulator, run: Runs, warehouse: Warehouse, reply: Reply) -> None:
    with gateway(space, before=lambda asked: reply if asked.path.endswith("/") else None):
        run("shared_files")
    assert keys(warehouse) == listed(space)


def test_address_of_the_root_must_end_in_a_slash(space: Emulator, run: Runs, warehouse: Warehouse) -> None:
    with gateway(space, before=lambda asked: error(6, 404) if asked.path.endswith("/metadata") else None):
        run("shared_files")
    assert keys(warehouse) == listed(space)


def test_folder_that_is_refused_keeps_its_rows_and_everything_else_is_read(
    space: Emulator, run: Runs, warehouse: Warehouse
) -> None:
    run("shared_files")
    edit(space, op="advance", hours=1)
    edit(space, op="add_file", project="WEB", dir="/other/", name="new.txt")
    with gateway(space, before=lambda asked: error(6, 404) if asked.path.endswith("/docs/sub") else None):
        assert run("shared_files")["rows_deleted"] == 0
    assert keys(warehouse) == listed(space)


def test_count_that_the_server_holds_at_100_loses_no_file(space: Emulator, run: Runs, warehouse: Warehouse) -> None:
    for number in range(159):
        edit(space, op="add_file", project="WEB", dir="/many/", name=f"{number}.txt")

    def hold(asked: Asked) -> Any:
        if int(asked.param("count") or 0) > 100:
            asked.set("count", 100)

    with gateway(space, before=hold):
        run("shared_files")
    assert keys(warehouse) == listed(space)
