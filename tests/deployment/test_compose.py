"""docker-compose.yaml and the files that fill its variables: what can be said without an engine."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

Services = dict[str, dict[str, Any]]

AIRFLOW = {"airflow-init", "api-server", "scheduler", "dag-processor", "triggerer", "worker"}
STORES = {"postgres", "redis"}
STAND_INS = {"backlog", "snowflake"}


def settings(services: Services) -> list[tuple[str, str | None]]:
    """Every environment variable of every service, with its value where the file gives one."""
    return [setting for service in services.values() for setting in service.get("environment", {}).items()]


@pytest.fixture(scope="module")
def variables(project: Path) -> set[str]:
    """Every variable that the file takes from outside."""
    return set(re.findall(r"(?<!\$)\$\{(\w+)", (project / "docker-compose.yaml").read_text()))


@pytest.fixture(scope="module")
def documented(project: Path) -> set[str]:
    """Every variable that .env.example explains, given or as an example."""
    return set(re.findall(r"^(?:# )?([A-Z_]+)=", (project / ".env.example").read_text(), re.MULTILINE))


def test_old_and_new_compose_read_the_same_file(compose: dict[str, Any]) -> None:
    assert {key for key in compose if not key.startswith("x-")} == {"services", "volumes"}


def test_the_services_are_those_of_airflow_and_in_the_demo_the_stand_ins(services: Services) -> None:
    assert set(services) == STORES | AIRFLOW | STAND_INS
    assert {name for name, service in services.items() if service.get("profiles")} == STAND_INS
    assert all(services[name]["profiles"] == ["demo"] for name in STAND_INS)


def test_nothing_waits_for_a_stand_in_that_may_not_be_there(services: Services) -> None:
    for service in services.values():
        assert not STAND_INS & set(service.get("depends_on", ()))


def test_every_service_tells_its_health_and_starts_again_or_ends_by_itself(services: Services) -> None:
    for name, service in services.items():
        ends = name == "airflow-init"
        assert ("healthcheck" in service) is not ends, name
        assert service["restart"] == ("no" if ends else "unless-stopped"), name


def test_airflow_waits_for_its_stores_and_tasks_for_the_api(services: Services) -> None:
    migrated = {"airflow-init": {"condition": "service_completed_successfully"}}
    assert services["airflow-init"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    for name in AIRFLOW - {"airflow-init"}:
        assert services[name]["depends_on"].items() >= migrated.items(), name
    healthy = {"condition": "service_healthy"}
    assert services["worker"]["depends_on"]["api-server"] == healthy
    assert services["worker"]["depends_on"]["redis"] == services["scheduler"]["depends_on"]["redis"] == healthy


def test_a_worker_ends_its_tasks_before_it_stops(services: Services) -> None:
    worker = services["worker"]
    assert worker["command"] == "celery worker"
    assert worker["environment"]["DUMB_INIT_SETSID"] == "0", "the signal is for Celery alone"
    assert worker["stop_grace_period"] == "2m"


def test_there_may_be_several_workers(services: Services) -> None:
    assert not {"container_name", "hostname", "ports"} & set(services["worker"])


def test_nothing_of_the_projects_own_runs_as_root(services: Services) -> None:
    users = {name: service.get("user") for name, service in services.items()}
    assert {name for name, user in users.items() if user is None} == STORES, "their images give up root themselves"
    assert {user for user in users.values() if user} == {"50000:0"}, "the user of Airflow's image"


def test_every_airflow_service_is_the_same_image_with_the_same_settings(services: Services) -> None:
    shared = ("image", "build", "env_file", "volumes")
    assert len({str([services[name][key] for key in shared]) for name in AIRFLOW}) == 1
    common = services["scheduler"]["environment"]
    own = {name: services[name]["environment"].items() - common.items() for name in AIRFLOW}
    assert {name: dict(settings) for name, settings in own.items() if settings} == {"worker": {"DUMB_INIT_SETSID": "0"}}


def test_an_image_is_built_here_or_has_a_version(services: Services) -> None:
    for name, service in services.items():
        assert "build" in service or re.fullmatch(r"[\w/.-]+:\d[\w.-]*", service["image"]), name


def test_only_the_ui_is_published_and_on_this_machine_alone(services: Services) -> None:
    ports = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert ports == {"api-server": ["${UI_ADDRESS:-127.0.0.1:8080}:8080"]}


def test_every_secret_comes_from_outside_and_is_asked_for_by_name(services: Services) -> None:
    for name, value in settings(services):
        if re.search(r"PASSWORD$|_KEY$|SECRET$|AUTH$|SQL_ALCHEMY_CONN$|BACKEND$|BROKER_URL$", name):
            required = re.search(r"\$\{(\w+):\?(\w+) is missing, python3 bin/new_env.py makes it}", value or "")
            assert required, name
            assert required[1] == required[2], name


def test_connections_and_other_settings_come_from_env_and_reach_airflow_alone(services: Services) -> None:
    given = {name for name, service in services.items() if "env_file" in service}
    assert given == AIRFLOW
    assert services["worker"]["env_file"] == "${ENV_FILE:-.env}"


def test_whom_to_trust_is_never_empty(services: Services) -> None:
    assert re.fullmatch(r"\$\{CA_BUNDLE:-/\S+}", services["scheduler"]["environment"]["REQUESTS_CA_BUNDLE"])


def test_every_variable_is_explained_and_every_explained_one_is_used(variables: set[str], documented: set[str]) -> None:
    assert variables <= documented
    # These are for Airflow and its DAGs, which get the whole file.
    assert all(re.match(r"AIRFLOW_CONN_|BACKLOG_SPACES$", name) for name in documented - variables)


def test_the_demo_sets_known_variables_and_all_secrets(
    project: Path, demo: dict[str, str], documented: set[str]
) -> None:
    of_compose = {"COMPOSE_PROJECT_NAME", "COMPOSE_PROFILES"}
    secrets = set(re.findall(r"^(\w+)=$", (project / ".env.example").read_text(), re.MULTILINE))
    assert secrets | of_compose <= set(demo) <= documented | of_compose
    assert demo["COMPOSE_PROFILES"] == "demo"


def test_every_volume_is_used_and_declared(compose: dict[str, Any], services: Services) -> None:
    used = {each.partition(":")[0] for service in services.values() for each in service.get("volumes", ())}
    assert used == set(compose["volumes"])
