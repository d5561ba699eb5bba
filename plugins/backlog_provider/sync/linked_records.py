"""Records that activities link: read again, because what changes in them need not move their own last update."""

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
    """Keeps what activities link until a batch of them is about to be kept, and then brings its tables up to date.

    Each table is written in a transaction of its own. An interruption costs nothing: the mark of the activities has not
    moved, so the next run reads the same records again.

    :param reader: reads the activities.
    :param loader: loads them; the tables are in the same schema.
    :param protect: what makes the people in a record unrecognisable; None where they are kept.
    """

    def __init__(self, reader: Reader, loader: Loader, protect: PiiFilter | None) -> None:
        self._reader = reader
        self._loader = loader
        self._protect = protect
        self._keys: dict[str, set[Any]] = defaultdict(set)

    def note(self, activities: Iterable[Record]) -> None:
        """Keep what some activities link."""
        for activity in activities:
            for name, linked in LINKED.items():
                if activity.get("type") in linked.types:
                    self._keys[name].update(_ids(activity, linked))

    def load(self) -> None:
        """Read again what has been linked since the last call, into the tables that are loaded in the schema.

        :raises BacklogError: as reading and loading do.
        """
        wanted = {name: sorted(keys) for name, keys in self._keys.items() if keys}
        self._keys.clear()
        if wanted:
            for endpoint, loader in self._loader.others(wanted):
                self._load(endpoint, loader, wanted[endpoint.name])

    def _load(self, endpoint: Endpoint, loader: Loader, keys: list[Any]) -> None:
        outcome, state, now = RunResult(endpoint), loader.prepare(), now_utc()
        if state.cursor is None:
            # Its own next run reads everything.
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
