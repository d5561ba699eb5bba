"""docker-compose.yaml and the files that fill its variables: what can be said without an engine."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

Services = dict[str, dict[str, Any]]

AIRFLOW = {"airflow-init", "api-server", "scheduler", "dag-processor", "triggerer"}
STAND_INS = {"backlog", "snowflake"}


def settings(services: Services) -> list[tuple[str, str | None]]:
    """Every environment variable of every service, with its value where the file gives one."""
    return [setting for service in services.values() for setting in service.get("environment", {}).items()]


@pytest.fixture(scope="module")
def variables(project: Path, services: Services) -> set[str]:
    """Every variable that the file takes from outside."""
    named = set(re.findall(r"(?<!\$)\$\{(\w+)", (project / "docker-compose.yaml").read_text()))
    return named | {name for name, value in settings(services) if value is None}


@pytest.fixture(scope="module")
def documented(project: Path) -> set[str]:
    """Every variable that .env.example explains, given or as an example."""
    return set(re.findall(r"^(?:# )?([A-Z_]+)=", (project / ".env.example").read_text(), re.MULTILINE))


def test_old_and_new_compose_read_the_same_file(compose: dict[str, Any]) -> None:
    assert {key for key in compose if not key.startswith("x-")} == {"services", "volumes"}


def test_the_services_are_postgres_airflow_and_in_the_demo_the_stand_ins(services: Services) -> None:
    assert set(services) == {"postgres"} | AIRFLOW | STAND_INS
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


def test_airflow_waits_for_its_database_and_tasks_for_the_api(services: Services) -> None:
    migrated = {"airflow-init": {"condition": "service_completed_successfully"}}
    assert services["airflow-init"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    for name in AIRFLOW - {"airflow-init"}:
        assert services[name]["depends_on"].items() >= migrated.items(), name
    assert services["scheduler"]["depends_on"]["api-server"] == {"condition": "service_healthy"}


def test_every_airflow_service_is_the_same_image_with_the_same_settings(services: Services) -> None:
    shared = ("image", "build", "environment", "volumes")
    assert len({str([services[name][key] for key in shared]) for name in AIRFLOW}) == 1


def test_an_image_is_built_here_or_has_a_version(services: Services) -> None:
    for name, service in services.items():
        assert "build" in service or re.fullmatch(r"[\w/.-]+:\d[\w.-]*", service["image"]), name


def test_only_the_ui_is_published_and_on_this_machine_alone(services: Services) -> None:
    ports = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert ports == {"api-server": ["${UI_ADDRESS:-127.0.0.1:8080}:8080"]}


def test_the_one_slot_pool_is_made(services: Services) -> None:
    assert "airflow pools set backlog_default 1" in services["airflow-init"]["command"][-1]


def test_every_secret_comes_from_outside_and_is_asked_for_by_name(services: Services) -> None:
    for name, value in settings(services):
        if re.search(r"PASSWORD$|_KEY$|SECRET$|SQL_ALCHEMY_CONN$", name):
            required = re.search(r"\$\{(\w+):\?(\w+) is missing, python3 bin/new_env.py makes it}", value or "")
            assert required, name
            assert required[1] == required[2], name
        elif name.startswith("AIRFLOW_CONN_"):
            assert value is None, name


def test_whom_to_trust_is_never_empty(services: Services) -> None:
    assert re.fullmatch(r"\$\{CA_BUNDLE:-/\S+}", services["scheduler"]["environment"]["REQUESTS_CA_BUNDLE"])


def test_every_variable_is_explained_and_every_explained_one_is_used(variables: set[str], documented: set[str]) -> None:
    assert variables == documented


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
