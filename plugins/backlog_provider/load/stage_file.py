"""Stage files: one JSON object per line, compressed while writing, so that memory does not grow with the rows."""

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

# One of ISA-L's levels 0 to 3. Files are as large as with zlib's level 1, in a quarter of the time.
LEVEL = 1
# zlib's window bits for a gzip header and trailer with the largest window.
GZIP = 31
# Uncompressed bytes per file, about 4 MB compressed. The connector reads a whole file into memory to upload it, while
# the next one is written. COPY loads several files in parallel. Four files per thread of the smallest warehouse make a
# batch of the 100 to 250 MB that Snowflake recommends
# (https://docs.snowflake.com/en/user-guide/data-load-considerations-prepare).
MAX_FILE_BYTES = 32 * 1024 * 1024

_ENCODER = msgspec.json.Encoder()


@contextmanager
def stage_folder() -> Iterator[Path]:
    """Yield the path of a temporary folder for stage files. The folder and its files are deleted at the end."""
    with tempfile.TemporaryDirectory(prefix="backlog-") as name:
        yield Path(name)


class StageFile:
    """A gzip file of rows, written once and uploaded once.

    :param folder: the folder to write to.
    :param name: the first part of the file name; the number of the first row follows it.
    :param first: the number of rows that the load wrote to earlier files.
    """

    def __init__(self, folder: Path, name: str, first: int) -> None:
        self.path = folder / f"{name}-{first:09d}.json.gz"
        self.rows = 0
        self._size = 0
        self._first = first
        self._raw = self.path.open("wb")
        self._gzip = isal_zlib.compressobj(LEVEL, wbits=GZIP)

    def write(self, rows: list[dict[str, Any]]) -> None:
        """Append rows and number them.

        :param rows: rows by column name; the number is added to each. A missing column becomes NULL.
        :raises ResponseError: if a record is not valid Unicode or is nested too deeply; the message names the record.
        """
        for number, row in enumerate(rows, self._first + self.rows):
            row[SEQUENCE] = number
        text = _lines(rows)
        self.rows += len(rows)
        self._size += len(text)
        self._raw.write(self._gzip.compress(text))

    @property
    def is_full(self) -> bool:
        """Whether the file has reached MAX_FILE_BYTES."""
        return self._size >= MAX_FILE_BYTES

    def close(self) -> None:
        """Finish the file, so that it can be uploaded."""
        self._raw.write(self._gzip.flush())
        self._raw.close()

    def delete(self) -> None:
        """Delete the file if it exists."""
        self.path.unlink(missing_ok=True)


def _lines(rows: list[dict[str, Any]]) -> bytes:
    try:
        return _ENCODER.encode_lines(rows)
    except (UnicodeEncodeError, RecursionError) as error:
        # Encode the rows one by one, to find the record for the message.
        if len(rows) > 1:
            return b"".join([_lines([row]) for row in rows])
        (row,) = rows
        name = at(row.get(RAW), "id") or next(iter(row.values()))
        raise ResponseError(f"record {name} cannot be written as JSON: {error}") from None
