"""Records that activities link to: read again, because their own *updated* may not have moved."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from backlog_provider.catalogue import CATALOGUE
from backlog_provider.load.loader import now_utc
from backlog_provider.model.endpoint import at
from backlog_provider.sync.batches import Load, load_without_mark
from backlog_provider.sync.result import RunResult

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from backlog_provider.extract.stream import Reader
    from backlog_provider.load.loader import Loader
    from backlog_provider.model.endpoint import ActivityLinks, Endpoint
    from backlog_provider.model.record import Record
    from backlog_provider.transform.pii import PiiFilter

LINKED = {name: endpoint.linked for name, endpoint in CATALOGUE.items() if endpoint.linked}


class LinkedRecordsLoad:
    """Collects the links of activities, and loads the linked records before a batch of activities is committed.

    Each table is written in its own transaction. After an interruption the mark of the activities has not moved, so the
    next run reads the same records again.

    :param reader: reads the activities.
    :param loader: loads the activities; the linked tables are in the same schema.
    :param protect: the filter for names of people; None keeps them.
    """

    def __init__(self, reader: Reader, loader: Loader, protect: PiiFilter | None) -> None:
        self._reader = reader
        self._loader = loader
        self._protect = protect
        self._keys: dict[str, set[Any]] = defaultdict(set)

    def note(self, activities: Iterable[Record]) -> None:
        """Collect the links of some activities."""
        for activity in activities:
            for name, linked in LINKED.items():
                if activity.get("type") in linked.types:
                    self._keys[name].update(_ids(activity, linked))

    def load(self) -> None:
        """Load the records that were linked since the last call, into those tables that exist in the schema.

        :raises BacklogError: if reading or loading fails.
        """
        wanted = {name: sorted(keys) for name, keys in self._keys.items() if keys}
        self._keys.clear()
        if wanted:
            for endpoint, loader in self._loader.others(wanted):
                self._load(endpoint, loader, wanted[endpoint.name])

    def _load(self, endpoint: Endpoint, loader: Loader, keys: list[Any]) -> None:
        outcome, state, now = RunResult(endpoint), loader.prepare(), now_utc()
        if state.cursor is None:
            # The next run of this endpoint reads everything.
            return
        load = Load(self._reader, loader, outcome, state, moves_mark=False, protect=self._protect)
        load_without_mark(load, self._reader.linked(endpoint, keys))
        if outcome.changed:
            loader.touch(now)


def _ids(activity: Record, linked: ActivityLinks) -> Iterator[Any]:
    records = at(activity, linked.records)
    for record in records if isinstance(records, list) else ():
        if isinstance(key := at(record, "id"), int):
            yield key
