"""Lists that come whole."""

from __future__ import annotations

from backlog_provider.extract import snapshot_stream


def test_list_that_is_the_same_in_another_order_is_the_same() -> None:
    [page] = snapshot_stream.read([{"id": 1, "name": "a"}, {"id": 2, "name": "b"}], None)
    assert list(snapshot_stream.read([{"id": 2, "name": "b"}, {"name": "a", "id": 1}], page.cursor)) == []


def test_changed_list_is_given_whole_with_a_mark_that_does_not_go_back() -> None:
    [first] = snapshot_stream.read([{"id": 1, "name": "a"}], None)
    [second] = snapshot_stream.read([{"id": 1, "name": "A"}], first.cursor)
    assert second.records == [{"id": 1, "name": "A"}]
    assert second.cursor["value"] >= first.cursor["value"]


def test_empty_list_leaves_a_mark() -> None:
    [page] = snapshot_stream.read([], None)
    assert list(snapshot_stream.read([], page.cursor)) == []
