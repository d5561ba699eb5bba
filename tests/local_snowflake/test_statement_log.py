"""The log of what clients asked for."""

import requests
from snowflake.connector import SnowflakeConnection

from local_snowflake.server import Account


def test_statements_are_listed_with_their_session_in_order(account: Account, connection: SnowflakeConnection) -> None:
    account.clear_statements()
    connection.cursor().execute("SELECT %s", ("x",))
    connection.autocommit(False)
    connection.commit()

    session = connection.session_id
    assert account.statements() == [
        (session, "SELECT 'x'"),
        (session, "ALTER SESSION SET autocommit=False"),
        (session, "COMMIT"),
    ]


def test_a_process_elsewhere_reads_and_clears_the_log_over_http(
    account: Account, connection: SnowflakeConnection
) -> None:
    account.clear_statements()
    connection.cursor().execute("SELECT 1")
    address = f"{account.url}/control/statements"

    assert requests.get(address, timeout=5).json() == [[connection.session_id, "SELECT 1"]]
    assert requests.delete(address, timeout=5).status_code == 204
    assert requests.get(address, timeout=5).json() == []
