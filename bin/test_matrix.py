"""``make test-matrix``: the tests that start no Airflow processes, on each Airflow that has a lock of its own.

``python bin/test_matrix.py 3.1 3.2 --pytest -k marks`` reads ``requirements/airflow-3.1.txt`` and so on, and makes each
environment anew, so that nothing is in it but the lock and the project. Then it starts each component once: that locked
packages import does not mean that Airflow starts with them.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from xml.etree import ElementTree as ET

PROJECT = Path(__file__).resolve().parents[1]
MATRIX = PROJECT / ".local" / "matrix"
LEFT_OUT = ("tests/system", "tests/deployment")
COMPONENTS = ("tests/system", "-m", "each_release")


@dataclass(frozen=True)
class Outcome:
    """How the tests went on one Airflow; `tests` and `components` say it in words."""

    airflow: str
    tests: str
    components: str
    seconds: float
    passed: bool


def main() -> None:
    """Run the tests on one Airflow after the other, print the table, exit 1 if any of them failed."""
    parser = argparse.ArgumentParser(description="Run the tests on several releases of Airflow.")
    parser.add_argument("versions", nargs="+", help="for example 3.1, which has requirements/airflow-3.1.txt")
    parser.add_argument("--pytest", nargs=argparse.REMAINDER, default=[], help="everything behind it is for pytest")
    arguments = parser.parse_args()
    outcomes = [_outcome(version, arguments.pytest) for version in arguments.versions]
    print(f"\n{'Airflow':<10}{'tests':<44}{'components':<36}{'seconds':>8}")
    for outcome in outcomes:
        print(f"{outcome.airflow:<10}{outcome.tests:<44}{outcome.components:<36}{outcome.seconds:>8.0f}")
    sys.exit(not all(outcome.passed for outcome in outcomes))


def _outcome(version: str, options: list[str]) -> Outcome:
    print(f"\nAirflow {version}", flush=True)
    started, home = time.monotonic(), MATRIX / version
    python = home / "bin" / "python"
    if not _installed(version, python):
        return Outcome(version, "not installed", "not started", time.monotonic() - started, passed=False)
    ignored = [f"--ignore={folder}" for folder in LEFT_OUT]
    tests, all_passed = _tested(python, home / "tests.xml", *ignored, *options)
    components, all_started = _tested(python, home / "components.xml", *COMPONENTS)
    passed = all_passed and all_started
    return Outcome(_release(home), tests, components, time.monotonic() - started, passed=passed)


def _tested(python: Path, report: Path, *options: str) -> tuple[str, bool]:
    """Run some tests; how they went, in words, and whether they passed."""
    passed = _run([str(python), "-m", "pytest", f"--junit-xml={report}", *options])
    return _counted(report), passed


def _installed(version: str, python: Path) -> bool:
    """Make the environment anew, with the uv and the Python of `make setup`; whether that worked."""
    uv = [str(PROJECT / ".venv" / "bin" / "uv")]
    # Compiled once: where no bytecode may be written, each process of Airflow's would compile it all again.
    install = [*uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", str(python)]
    steps = (
        [*uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(python.parents[1])],
        [*install, "-r", f"requirements/airflow-{version}.txt"],
        [*install, "--no-deps", "-e", ".", "-e", "./local"],
    )
    return all(_run(step) for step in steps)


def _run(command: list[str]) -> bool:
    return subprocess.run(command, cwd=PROJECT, check=False).returncode == 0  # noqa: S603 (our own commands)


def _release(home: Path) -> str:
    """The exact release of Airflow that an environment has."""
    [installed] = metadata.distributions(name="apache-airflow", path=[str(next(home.glob("lib/*/site-packages")))])
    return installed.version


def _counted(report: Path) -> str:
    """What pytest reports, in words."""
    if not report.exists():
        return "pytest did not get through"
    suite = ET.parse(report).getroot().find("testsuite")  # noqa: S314 (pytest has just written it)
    if suite is None:
        return "pytest did not get through"
    failed = int(suite.attrib["failures"]) + int(suite.attrib["errors"])
    skipped = int(suite.attrib["skipped"])
    passed = int(suite.attrib["tests"]) - failed - skipped
    return f"{passed} passed, {failed} failed, {skipped} skipped"


if __name__ == "__main__":
    main()
