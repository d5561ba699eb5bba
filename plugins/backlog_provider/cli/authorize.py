"""``authorize``: a user authorizes an OAuth app, and the command prints the connection for Airflow."""

from __future__ import annotations

import getpass
import json
import os
import secrets
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

from backlog_provider.cli.command import Command
from backlog_provider.exceptions import BacklogError, ConfigurationError

if TYPE_CHECKING:
    import argparse

PAGE = "/OAuth2AccessRequest.action"
PORT = 8765
# Seconds that somebody has to log in and consent.
PATIENCE = 600


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the subcommand takes."""
    parser.add_argument("--host", metavar="URL", help="the space's address; default: BACKLOG_HOST of the environment")
    parser.add_argument("--client-id", metavar="ID", required=True, help="of the app, from its registration")
    parser.add_argument(
        "--redirect-uri",
        metavar="URL",
        default=f"http://127.0.0.1:{PORT}/",
        help="as the app's registration has it; default: %(default)s. Where it is not on this machine, the address "
        "that the browser ends at is asked for",
    )


def check(given: argparse.Namespace) -> None:
    """Check the arguments.

    :raises ConfigurationError: for one that cannot work.
    """
    uri = urlsplit(given.redirect_uri)
    if uri.scheme not in {"http", "https"} or not uri.hostname:
        raise ConfigurationError(f"--redirect-uri: not an address like http://127.0.0.1:{PORT}/")


def run(given: argparse.Namespace) -> None:
    """Send somebody to Backlog, wait for the answer, and print the connection.

    :raises BacklogError: where nobody consents, or Backlog refuses.
    """
    from backlog_provider.api import oauth, session

    host = session.base_url(given.host or os.environ.get("BACKLOG_HOST"), named="BACKLOG_HOST or --host")
    secret = os.environ.get("BACKLOG_CLIENT_SECRET") or getpass.getpass("Client secret of the app: ")
    state = secrets.token_urlsafe(16)
    asked = {"response_type": "code", "client_id": given.client_id, "redirect_uri": given.redirect_uri, "state": state}
    sys.stderr.write(
        f"Open this in the browser of the user who lets the app in:\n\n{host}{PAGE}?{urlencode(asked)}\n\n"
    )
    try:
        code = _code_in(_answer(given.redirect_uri), state)
    except KeyboardInterrupt:
        raise BacklogError("interrupted; the app was not let in") from None
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": given.redirect_uri}
    tokens = oauth.exchange_code(given.client_id, secret, form, host)
    extra = {"client_id": given.client_id, "client_secret": secret, "refresh_token": tokens.refresh_token}
    sys.stdout.write(json.dumps({"conn_type": "backlog", "host": host, "extra": extra}) + "\n")


def _answer(redirect_uri: str) -> dict[str, str]:
    """Return the parameters with which the browser comes back."""
    uri = urlsplit(redirect_uri)
    if uri.scheme == "http" and uri.hostname in {"127.0.0.1", "localhost"}:
        return _listened("127.0.0.1", uri.port or 80)
    sys.stderr.write("Then put the address here that the browser ends at: ")
    sys.stderr.flush()
    return _parameters(sys.stdin.readline().strip())


def _listened(address: str, port: int) -> dict[str, str]:
    answers: list[dict[str, str]] = []

    class Listener(HTTPServer):
        timeout = PATIENCE

        def handle_timeout(self) -> None:
            raise BacklogError(f"nobody let the app in for {PATIENCE} s; begin again")

    class Page(BaseHTTPRequestHandler):
        timeout = 10

        def do_GET(self) -> None:
            if {"code", "error"} & (found := _parameters(self.path)).keys():
                answers.append(found)
            self.send_response(200 if answers else 404)
            self.send_header("Content-Type", "text/plain; charset=utf-8")
            self.end_headers()
            self.wfile.write(b"That was all: go on in the terminal.\n" if answers else b"")

        def log_message(self, *_: Any) -> None:
            """Say nothing: the address has the code in it."""

    try:
        listener = Listener((address, port), Page)
    except OSError as error:
        raise ConfigurationError(f"--redirect-uri: cannot listen on port {port}: {error.strerror}") from None
    with listener:
        while not answers:
            listener.handle_request()
    return answers[0]


def _parameters(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def _code_in(answer: dict[str, str], state: str) -> str:
    if answer.get("state") != state or "code" not in answer:
        reason = answer.get("error") or "what came back belongs to another request"
        raise BacklogError(f"the app was not let in: {reason[:100]}; begin again")
    return answer["code"]


COMMAND = Command(
    help="let an app in by OAuth 2.0, and print its connection",
    description="For an app that is registered at https://backlog.com/developer/applications/: sends its user to "
    "Backlog, waits for the consent, and prints the connection as JSON, which has secrets in it. The app's secret is "
    "taken from BACKLOG_CLIENT_SECRET in the environment, or asked for.",
    add_arguments=add_arguments,
    check=check,
    run=run,
)
