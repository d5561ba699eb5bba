"""The database behind the account: one fakesnow for all sessions, each of its databases a file of the directory."""

import atexit
import logging
import shutil
import threading
from pathlib import Path
from typing import Any

from fakesnow.instance import FakeSnow
from fakesnow.transforms.stage import LOCAL_BUCKET_PATH

from local_snowflake import corrections
from local_snowflake.corrections.created_on import date_new_tables

# Statements which end well and change nothing: what they would change does not exist here.
_ACCEPTED = (
    r"\s*ALTER\s+SESSION\s+(UN)?SET\s+(?!AUTOCOMMIT)",
    r"\s*(REMOVE|RM)\s",
    r"\s*(GRANT|REVOKE)\s",
    r"\s*DROP\s+(STAGE|FILE\s+FORMAT)\s",
)

RESULTS_KEPT = 16
_one_writer = threading.Lock()

# Of every process fakesnow makes a directory for the files of stages, and leaves it behind.
atexit.register(shutil.rmtree, LOCAL_BUCKET_PATH, ignore_errors=True)
logging.getLogger("fakesnow.server").setLevel(logging.WARNING)  # it would report every upload


class RecentResults(dict[str, tuple[Any, ...]]):
    """The results of the last statements, by query id: fakesnow would keep every one for as long as it lives."""

    def __setitem__(self, query_id: str, result: tuple[Any, ...]) -> None:
        with _one_writer:  # every session runs in a thread of its own
            super().__setitem__(query_id, result)
            while len(self) > RESULTS_KEPT:
                del self[next(iter(self))]


def open_engine(directory: Path) -> FakeSnow:
    """Start the corrected fakesnow on a directory, with every database that is there already.

    Another process that has it open: duckdb.IOException, which names the file and the process.
    """
    corrections.apply()
    engine = FakeSnow(db_path=directory, nop_regexes=list(_ACCEPTED))
    engine.results_cache = RecentResults()
    # A commit writes the log; to bring the log into the files as well may wait for a large one, and for the end.
    engine.duck_conn.execute("SET GLOBAL checkpoint_threshold = '1GB'")
    engine.duck_conn.execute("SET GLOBAL temp_directory = ?", [str(directory / "spilled")])
    engine.duck_conn.execute("SET GLOBAL autoinstall_known_extensions = false")  # it would ask the internet
    for database in sorted(directory.glob("*.db")):
        engine.connect(database=database.stem).close()
    # A process that was killed may have left a table without its moment of creation.
    date_new_tables(engine.duck_conn)
    return engine


def close_engine(engine: FakeSnow) -> None:
    """Write everything committed into the database files and let go of them."""
    engine.duck_conn.close()
