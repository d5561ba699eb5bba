"""The provider as Airflow finds it: as a distribution, as a folder of plugins, and as both."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from runpy import run_path
from typing import Any

import airflow
import jsonschema
import pytest

import backlog_provider
from backlog_provider import get_provider_info

try:
    from airflow._shared.module_loading import find_path_from_directory
except ImportError:  # Airflow 3.1
    from airflow.utils.file import find_path_from_directory  # type: ignore[no-redef]

PROJECT = Path(__file__).parents[1]
PLUGINS = PROJECT / "plugins"
# The command ``airflow plugins``, and what else its process has found then.
LIST_PLUGINS = """
import json, sys, warnings
warnings.simplefilter("ignore")
from airflow.__main__ import main
sys.argv = ["airflow", "plugins", "--output", "json"]
main()
import backlog_provider
from airflow.providers_manager import ProvidersManager
print(json.dumps({"package": backlog_provider.__file__, "connection": "backlog" in ProvidersManager().hooks}))
"""


def asked(*, installed: bool, folder: Path, home: Path) -> tuple[list[dict[str, Any]], Any]:
    """Airflow's plugins as its command prints them, and what else its process knows.

    :param installed: whether the distribution is.
    :param folder: the plugins folder.
    """
    env = {**os.environ, "AIRFLOW_HOME": str(home), "AIRFLOW__CORE__PLUGINS_FOLDER": str(folder)}
    python = [sys.executable] if installed else [sys.executable, "-S"]
    if not installed:
        env["PYTHONPATH"] = str(packages_without_the_provider(home / "packages"))
    command = [*python, "-c", LIST_PLUGINS]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, cwd=home)
    assert done.returncode == 0, done.stderr
    assert "already registered" not in done.stdout + done.stderr
    plugins, found = (json.loads(line) for line in done.stdout.splitlines()[-2:])
    return plugins, found


def packages_without_the_provider(folder: Path) -> Path:
    """A folder with everything that is installed here but this distribution."""
    folder.mkdir()
    for path in Path(airflow.__file__).parents[1].iterdir():
        if "airflow_provider_backlog" not in path.name:
            (folder / path.name).symlink_to(path)
    return folder


def copied_as_readme_says(plugins: Path) -> Path:
    """A plugins folder into which the package has been copied, and nothing else."""
    plugins.mkdir()
    subprocess.run(["cp", "-r", PLUGINS / "backlog_provider", plugins], check=True)
    return plugins


@pytest.mark.parametrize(("installed", "in_folder"), [(True, False), (False, True), (True, True)])
def test_provider_is_importable_and_nothing_is_registered_twice(
    installed: bool, in_folder: bool, tmp_path: Path
) -> None:
    folder = copied_as_readme_says(tmp_path / "plugins") if in_folder else tmp_path / "none"
    plugins, found = asked(installed=installed, folder=folder, home=tmp_path)
    assert found["package"] == str((PLUGINS if installed else folder) / "backlog_provider" / "__init__.py")
    assert [plugin["name"] for plugin in plugins].count("backlog_provider") == (1 if installed else 0)
    # The form for connections needs the entry point of an installed distribution.
    assert found["connection"] is installed


# Airflow 3.3 itself.
WALKS_THE_FOLDER = pytest.mark.filterwarnings("ignore:GitWildMatchPattern:DeprecationWarning")


@WALKS_THE_FOLDER
@pytest.mark.parametrize("syntax", ["glob", "regexp"])
def test_airflow_runs_no_file_of_a_copied_package_as_a_plugin(syntax: str, tmp_path: Path) -> None:
    folder = copied_as_readme_says(tmp_path / "plugins")
    assert list(find_path_from_directory(str(folder), ".airflowignore", syntax)) == []


@WALKS_THE_FOLDER
def test_folder_plugins_of_the_repository_is_a_plugins_folder(tmp_path: Path) -> None:
    assert list(find_path_from_directory(str(PLUGINS), ".airflowignore")) == []


def test_file_run_as_a_plugin_starts_no_command() -> None:
    """As Airflow runs it where somebody copies the package without its hidden files."""
    run_path(str(PLUGINS / "backlog_provider" / "__main__.py"), run_name="__main__")


def test_provider_info_is_what_airflows_schema_asks_for() -> None:
    schema = json.loads((Path(airflow.__file__).parent / "provider_info.schema.json").read_text())
    jsonschema.validate(get_provider_info(), schema)


def test_version_is_the_same_everywhere() -> None:
    assert metadata.version("airflow-provider-backlog") == backlog_provider.__version__
    assert f"## {backlog_provider.__version__}" in (PROJECT / "CHANGELOG.md").read_text()


def test_everything_that_the_provider_info_names_exists() -> None:
    info = get_provider_info()
    modules = [name for part in ("hooks", "operators") for entry in info[part] for name in entry["python-modules"]]
    hook = info["connection-types"][0]["hook-class-name"]
    for name in [*modules, hook.rpartition(".")[0]]:
        __import__(name)
