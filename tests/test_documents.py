"""The documents: generated pages are up to date, and links outside the site lead somewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

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
