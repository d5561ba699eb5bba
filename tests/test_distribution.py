"""The provider as Airflow finds it: as a distribution, as a folder of plugins, and as both."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import airflow
import jsonschema
import pytest

import backlog_provider
from backlog_provider import get_provider_info

PROJECT = Path(__file__).parents[1]
PLUGINS = PROJECT / "plugins"
LIST_PLUGINS = """
import warnings; warnings.simplefilter("ignore")
import backlog_provider, json
from airflow import plugins_manager
plugins = plugins_manager.get_plugin_info() if hasattr(plugins_manager, "get_plugin_info") else []
from airflow.providers_manager import ProvidersManager
hooks = ProvidersManager().hooks
print(json.dumps({
    "package": backlog_provider.__file__,
    "plugins": sorted(str(p["name"]) for p in plugins),
    "connection": "backlog" in hooks,
}))
"""


def asked(code: str, *, installed: bool, in_folder: bool, home: Path) -> Any:
    """What a fresh interpreter says, with the provider installed, in the plugins folder, or both."""
    folder = home / "plugins"
    folder.mkdir()
    if in_folder:
        (folder / "backlog_provider").symlink_to(PLUGINS / "backlog_provider")
        (folder / ".airflowignore").write_text((PLUGINS / ".airflowignore").read_text())
    env = {**os.environ, "AIRFLOW_HOME": str(home), "AIRFLOW__CORE__PLUGINS_FOLDER": str(folder)}
    python = [sys.executable] if installed else [sys.executable, "-S"]
    if not installed:
        env["PYTHONPATH"] = str(packages_without_the_provider(home / "packages"))
    command = [*python, "-c", f"import airflow.settings\nairflow.settings.initialize()\n{code}"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, cwd=home)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def packages_without_the_provider(folder: Path) -> Path:
    """A folder with everything that is installed here but this distribution."""
    folder.mkdir()
    for path in Path(airflow.__file__).parents[1].iterdir():
        if "airflow_provider_backlog" not in path.name:
            (folder / path.name).symlink_to(path)
    return folder


@pytest.mark.parametrize(("installed", "in_folder"), [(True, False), (False, True), (True, True)])
def test_provider_is_importable_and_nothing_is_registered_twice(
    installed: bool, in_folder: bool, tmp_path: Path
) -> None:
    found = asked(LIST_PLUGINS, installed=installed, in_folder=in_folder, home=tmp_path)
    assert found["package"].endswith("backlog_provider/__init__.py")
    assert found["plugins"].count("backlog_provider") == (1 if installed else 0)
    # The form for connections needs the entry point of an installed distribution.
    assert found["connection"] is installed


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
