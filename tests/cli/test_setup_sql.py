"""``python -m backlog_provider setup-sql``: the script, as far as it can be known without an account."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from snowflake.connector.errors import ProgrammingError
from tests.cli.test_plan import command
from tests.sql import UNREAD_OF_SETUP, fault, shape

from backlog_provider.catalogue import CATALOGUE
from backlog_provider.setup_sql.masking import personal_columns

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from snowflake.connector.cursor import SnowflakeCursor

    from local_snowflake.server import Account

EVERYTHING = (
    *("--masking", "--reader", "ANALYST", "--credit-quota", "5", "--database", "setup"),
    *("--schema", "one", "--schema", '"my two"'),
)
# The local Snowflake has no users, roles, warehouses and policies: of these statements only the text is tested.
NOT_HERE = {
    *("CREATE ROLE", "CREATE USER", "ALTER USER", "CREATE WAREHOUSE", "ALTER WAREHOUSE"),
    *("CREATE RESOURCE", "ALTER RESOURCE", "CREATE MASKING", "ALTER MASKING", "ALTER TABLE"),
}
# These it takes, and does nothing.
NO_EFFECT_HERE = {"USE ROLE", "GRANT", "CREATE TAG"}


def script(*arguments: str) -> str:
    done = command("setup-sql", *arguments, AIRFLOW_CONN_SNOWFLAKE_DEFAULT="")
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def statements(text: str) -> list[str]:
    lines = [line for line in text.splitlines() if line and not line.startswith("--")]
    assert all(line.endswith(";") for line in lines)
    return [line[:-1] for line in lines]


@pytest.fixture(scope="module")
def everything() -> list[str]:
    return statements(script(*EVERYTHING))


def test_every_statement_is_read_by_sqlfluff_and_all_but_these_kinds_by_sqlglot(everything: list[str]) -> None:
    kinds = {shape(sql): sql for sql in everything}
    assert len(kinds) > 25
    assert [found for sql in kinds.values() if (found := fault(sql, UNREAD_OF_SETUP))] == []
    assert all(any(sql.startswith(words) for sql in everything) for words in UNREAD_OF_SETUP)


def test_every_statement_that_can_be_run_here_runs_twice(everything: list[str], account: Account) -> None:
    with account.connect(role="SYSADMIN") as connection, connection.cursor() as cursor:
        for _ in range(2):
            distinct = dict.fromkeys(map(_without_column, everything))
            assert {" ".join(sql.split()[:2]) for sql in distinct if not _runs(cursor, sql)} == NOT_HERE
        run = {sql for sql in everything if not sql.startswith((*NOT_HERE, *NO_EFFECT_HERE))}
        assert {" ".join(sql.split()[:2]) for sql in run} == {"CREATE DATABASE", "CREATE SCHEMA"}
        cursor.execute("SHOW SCHEMAS IN DATABASE SETUP")
        assert {"ONE", "my two"} <= {row[1] for row in cursor.fetchall()}


def _runs(cursor: SnowflakeCursor, sql: str) -> bool:
    try:
        cursor.execute(sql)
    except ProgrammingError:
        return False
    return True


def _without_column(sql: str) -> str:
    """Hundreds of them differ in table and column alone."""
    return re.sub(r'"\."BACKLOG_[A-Z_]+" MODIFY COLUMN "[A-Z_]+"', '"."BACKLOG_USERS" MODIFY COLUMN "NAME"', sql)


def test_script_with_nothing_given_has_one_blank_and_asks_for_no_edition_and_no_account_administrator() -> None:
    text = script()
    assert text.count("PASTE THE PUBLIC KEY HERE") == 2
    assert re.findall(r"USE ROLE (\w+)", text) == ["USERADMIN", "SYSADMIN", "SECURITYADMIN"]
    assert 'GRANT USAGE, CREATE TABLE, CREATE STAGE, CREATE VIEW ON SCHEMA "RAW"."BACKLOG"' in text
    granted = [sql for sql in statements(text) if sql.startswith("GRANT") and 'TO ROLE "BACKLOG_LOADER"' in sql]
    assert len(granted) == 3
    assert not [sql for sql in granted if "OWNERSHIP" in sql or "ALL" in sql.split() or "SELECT" in sql]
    assert "WAREHOUSE_SIZE = XSMALL AUTO_SUSPEND = 60 AUTO_RESUME = TRUE INITIALLY_SUSPENDED = TRUE" in text


def test_connection_at_its_end_names_what_the_script_makes() -> None:
    text = script("--database", '"my db"', "--schema", "s", "--role", "r", "--user", "u", "--warehouse", "w")
    connection = json.loads(text.rstrip().rpartition("DEFAULT='")[2][:-1])
    assert (connection["login"], connection["schema"]) == ("U", "S")
    extra = {**connection["extra"], "account": "", "private_key_content": ""}
    assert extra == {
        "account": "",
        "database": '"my db"',
        "warehouse": "W",
        "role": "R",
        "private_key_content": "",
    }


def test_masking_covers_every_column_that_tells_who_somebody_is(everything: list[str]) -> None:
    assert set(personal_columns(CATALOGUE["users"])) == {
        *("LOGIN_ID", "NAME", "EMAIL_ADDRESS", "NULAB_ACCOUNT_ID", "NULAB_UNIQUE_ID", "RAW")
    }
    # By where people stand in the records: a name or an address is behind one of these.
    people = re.compile(r"(^|\.)(\w*User|assignee|presenter|sender|nulabAccount)\.|mailAddress")
    for endpoint in CATALOGUE.values():
        found = {c.name for c in endpoint.columns if people.search(c.path) and c.kind.value == "VARCHAR"}
        assert found <= set(personal_columns(endpoint)), endpoint
    for table in ("BACKLOG_ISSUES", "BACKLOG_ISSUES_HISTORY", "BACKLOG_ACTIVITIES"):
        for column, policy in (("CREATOR_NAME", "BACKLOG_MASK_TEXT"), ("RAW", "BACKLOG_MASK_RECORD")):
            change = f'ALTER TABLE IF EXISTS "SETUP"."ONE"."{table}" MODIFY COLUMN "{column}" SET'
            assert f'{change} MASKING POLICY "SETUP"."ONE"."{policy}" FORCE' in everything
            assert any(sql.startswith(f'{change} TAG "SETUP"."ONE"."BACKLOG_PERSONAL"') for sql in everything)
    # The loader compares what is there with what comes.
    assert all("IS_ROLE_IN_SESSION('BACKLOG_LOADER')" in sql for sql in everything if "MASKING POLICY IF" in sql)


def test_key_is_taken_from_its_file_and_the_script_goes_to_a_file(tmp_path: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    (tmp_path / "key.pub").write_text(pem)
    assert script("--public-key", str(tmp_path / "key.pub"), "-o", str(tmp_path / "setup.sql")) == ""
    text = (tmp_path / "setup.sql").read_text()
    assert f"SET RSA_PUBLIC_KEY = '{''.join(pem.splitlines()[1:-1])}'" in text
    assert "PASTE" not in text


def refused(*arguments: str) -> subprocess.CompletedProcess[str]:
    done = command("setup-sql", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    return done


def test_private_key_and_weak_keys_are_refused_and_nothing_of_them_is_repeated(tmp_path: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    curve = ec.generate_private_key(ec.SECP256R1()).public_key()
    (tmp_path / "private").write_text(private)
    (tmp_path / "curve").write_bytes(curve.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    done = refused("--public-key", str(tmp_path / "private"))
    assert "holds no public key in PEM" in done.stderr
    assert private.splitlines()[1][:20] not in done.stderr
    assert "no RSA key of 2048 bits" in refused("--public-key", str(tmp_path / "curve")).stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--role", "a; DROP ROLE b"), "--role: 'a; DROP ROLE b' is not an identifier"),
        (("--schema", 'x"y'), "--schema: 'x\"y' is not an identifier"),
        (("--user", ""), "--user: it is empty"),
        (("--credit-quota", "0"), "--credit-quota: it is a number of credits"),
        (("--public-key", "/nowhere"), "--public-key: /nowhere cannot be read"),
    ],
)
def test_arguments_that_cannot_work_are_refused(arguments: tuple[str, ...], message: str) -> None:
    assert message in refused(*arguments).stderr
