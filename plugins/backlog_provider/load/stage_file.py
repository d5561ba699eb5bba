"""Rows to a file: one JSON object a line, compressed as it is written, so that memory does not grow with the rows."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from isal import isal_zlib

from backlog_provider.exceptions import ResponseError
from backlog_provider.load.sql.merge import RAW, SEQUENCE
from backlog_provider.model.endpoint import at

if TYPE_CHECKING:
    from collections.abc import Iterator

# Of ISA-L's 0 to 3: files of the size that zlib's 1 makes, in a quarter of the time.
LEVEL = 1
# What zlib calls a gzip header and trailer around the largest window.
GZIP = 31
# Bytes of lines, some 4 MB compressed. The connector reads a whole file into memory to upload it, while the next one is
# being written, and COPY takes several at a time: four for each thread of the smallest warehouse make a batch of the
# 100 to 250 MB that Snowflake asks for
# (https://docs.snowflake.com/en/user-guide/data-load-considerations-prepare).
MAX_FILE_BYTES = 32 * 1024 * 1024

_ENCODER = msgspec.json.Encoder()


@contextmanager
def stage_folder() -> Iterator[Path]:
    """Make a folder for files on their way to a stage, and delete it with what is left in it."""
    with tempfile.TemporaryDirectory(prefix="backlog-") as name:
        yield Path(name)


class StageFile:
    """A gzip file of rows, to be written once and uploaded once.

    :param folder: where to write it.
    :param name: what it is called, before the number of its first row.
    :param first: how many rows of this load came before.
    """

    def __init__(self, folder: Path, name: str, first: int) -> None:
        self.path = folder / f"{name}-{first:09d}.json.gz"
        self.rows = 0
        self._size = 0
        self._first = first
        self._raw = self.path.open("wb")
        self._gzip = isal_zlib.compressobj(LEVEL, wbits=GZIP)

    def write(self, rows: list[dict[str, Any]]) -> None:
        """Add rows, and number them; a column that a row does not have reads as NULL.

        :raises ResponseError: for text that is not Unicode, naming the record.
        """
        for number, row in enumerate(rows, self._first + self.rows):
            row[SEQUENCE] = number
        text = _lines(rows)
        self.rows += len(rows)
        self._size += len(text)
        self._raw.write(self._gzip.compress(text))

    @property
    def is_full(self) -> bool:
        """Whether the file has the size that a file should have."""
        return self._size >= MAX_FILE_BYTES

    def close(self) -> None:
        """Finish the file; afterwards it can be uploaded."""
        self._raw.write(self._gzip.flush())
        self._raw.close()

    def delete(self) -> None:
        """Delete the file."""
        self.path.unlink(missing_ok=True)


def _lines(rows: list[dict[str, Any]]) -> bytes:
    try:
        return _ENCODER.encode_lines(rows)
    except (UnicodeEncodeError, RecursionError) as error:
        # One by one, for the name of the first that cannot be written.
        if len(rows) > 1:
            return b"".join([_lines([row]) for row in rows])
        (row,) = rows
        name = at(row.get(RAW), "id") or next(iter(row.values()))
        raise ResponseError(f"record {name} cannot be written as JSON: {error}") from None
