"""The documents: generated pages are up to date, and links outside the site lead somewhere."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

from backlog_provider import exceptions
from backlog_provider.api.errors import BY_CODE, BY_OAUTH_ERROR
from backlog_provider.load.session import ADVICE

PROJECT = Path(__file__).parent.parent
# Pages of the site itself are checked by its strict build.
OUTSIDE = sorted(path.name for path in PROJECT.glob("*.md"))


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="argparse writes its help otherwise from 3.13 on")
def test_generated_pages_are_what_the_code_says() -> None:
    check = [sys.executable, "bin/reference.py", "--check"]
    done = subprocess.run(check, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", OUTSIDE)
def test_links_lead_to_files(name: str) -> None:
    text = (PROJECT / name).read_text()
    targets = [target for target in re.findall(r"\]\(([^)#]+)", text) if not target.startswith("http")]
    assert [target for target in targets if not (PROJECT / target).exists()] == []


def test_readme_is_read_in_a_few_minutes() -> None:
    assert len((PROJECT / "README.md").read_text().split()) <= 700


def test_troubleshooting_has_every_exception_and_number() -> None:
    text = (PROJECT / "docs/troubleshooting.md").read_text()
    bases = {exceptions.BacklogError, exceptions.ApiError}
    names = {name for name, kind in inspect.getmembers(exceptions, inspect.isclass) if kind not in bases}
    codes = {int(number) for listed in re.findall(r"codes? ([^|]*)\|", text) for number in re.findall(r"\d+", listed)}
    assert {name for name in names if f"`{name}`" not in text} == set()
    assert set(BY_CODE) - codes == set()
    assert {number for number in ADVICE if f"`({number})`" not in text} == set()
    # Errors of the server pass; the others need a user.
    needs_user = {name for name, (kind, _) in BY_OAUTH_ERROR.items() if kind is exceptions.AuthenticationError}
    assert {name for name in needs_user if f"`{name}`" not in text} == set()
