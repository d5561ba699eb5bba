# Everything that is made stays in this folder: the environment in .venv, what the demo and the tests keep in .local.
SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin
UV := $(BIN)/uv
LOCAL := $(CURDIR)/.local
# The releases of Airflow that `make test-matrix` tests; each has a lock of its own.
AIRFLOWS := 3.1 3.2 3.3
# How many tests run at a time: one more than the fewest processors, because some wait for Airflow.
WORKERS := 3
# Docker Compose on .env, or with DEMO=1 on .env.demo; asked for where it is used.
ENV_FILE := $(if $(DEMO),.env.demo,.env)
COMPOSE = $(shell docker compose version >/dev/null 2>&1 && echo docker compose || echo docker-compose) --env-file $(ENV_FILE)
export AIRFLOW_HOME ?= $(LOCAL)/airflow
export SNOWFLAKE_HOME ?= $(LOCAL)/snowflake
export PYTHONUNBUFFERED := 1

.DEFAULT_GOAL := help
.PHONY: help setup demo ui sql test test-matrix check docs format lock env up down logs bench bench-many clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/.complete  ## make .venv and install the lock and the project into it

.venv/.complete: requirements/dev.txt pyproject.toml local/pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 10) <= sys.version_info < (3, 14))' \
	  || { echo "Python 3.10 to 3.13 is needed: make setup PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@test -x $(UV) || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(UV) pip install --quiet --compile-bytecode --python $(BIN)/python -r requirements/dev.txt
	@$(UV) pip install --quiet --compile-bytecode --python $(BIN)/python --no-deps -e . -e ./local
	@mkdir -p $(LOCAL)/tmp && touch $@

demo: setup  ## load an emulated Backlog space into a local Snowflake by a real Airflow, twice
	@$(BIN)/python -m backlog_demo demo

ui: setup  ## the same, and leave Airflow's UI up
	@$(BIN)/python -m backlog_demo ui

sql: setup  ## ask what the demo has loaded: make sql Q="SELECT …"
	@$(BIN)/python -m backlog_demo sql $(if $(Q),'$(Q)')

test: setup  ## all tests; PYTEST="--cov" tells what they leave out, and takes a third longer
	@mkdir -p $(LOCAL)/tmp && TMPDIR=$(LOCAL)/tmp $(BIN)/python -m pytest -n $(WORKERS) --dist loadscope $(PYTEST)

test-matrix: setup  ## the tests without Airflow's processes, and a start of each, on each Airflow of AIRFLOWS
	@TMPDIR=$(LOCAL)/tmp $(BIN)/python bin/test_matrix.py $(AIRFLOWS) --pytest $(PYTEST)

check: setup  ## format, lint, layers, types
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports --no-logo --cache-dir $(LOCAL)/import-linter
	@$(BIN)/mypy

docs: setup .local/docs/.complete  ## build the documentation site into .local/site, strictly
	@$(BIN)/python bin/reference.py --check
	@.local/docs/bin/zensical build --strict

.local/docs/.complete: requirements/docs.txt
	@test -x .local/docs/bin/python || $(PYTHON) -m venv .local/docs
	@$(UV) pip install --quiet --python .local/docs/bin/python -r $<
	@touch $@

format: setup  ## put the code into its form
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

lock: setup  ## resolve all requirements files anew
	@UV_CUSTOM_COMPILE_COMMAND="make lock" $(UV) pip compile --quiet --upgrade --universal --python-version 3.10 \
	  pyproject.toml --group deployment -o requirements.txt
	@UV_CUSTOM_COMPILE_COMMAND="make lock" $(UV) pip compile --quiet --upgrade --universal --python-version 3.10 \
	  pyproject.toml local/pyproject.toml --group dev -c requirements.txt -o requirements/dev.txt
	@echo zensical | UV_CUSTOM_COMPILE_COMMAND="make lock" $(UV) pip compile --quiet --upgrade --universal \
	  --python-version 3.10 --no-annotate - -o requirements/docs.txt
	@for airflow in $(AIRFLOWS); do \
	  echo "apache-airflow==$$airflow.*" | UV_CUSTOM_COMPILE_COMMAND="make lock" $(UV) pip compile --quiet --upgrade \
	    --universal --python-version 3.10 pyproject.toml local/pyproject.toml - --group dev \
	    --no-annotate -o requirements/airflow-$$airflow.txt || exit 1; \
	done

env:  ## write .env with fresh secrets, for docker compose
	@$(PYTHON) bin/new_env.py

up: $(ENV_FILE)  ## Airflow in Docker: DEMO=1 with nothing real, SCALE=2 with two workers
	@$(COMPOSE) up --detach --build $(if $(SCALE),--scale worker=$(SCALE)) \
	  || { $(COMPOSE) logs --tail=20 airflow-init; exit 1; }
	@$(COMPOSE) logs airflow-init | grep -E 'warning:|ready' || true
	@echo "Airflow's UI is at http://$(or $(shell sed -n 's/^UI_ADDRESS=//p' $(ENV_FILE)),127.0.0.1:8080);" \
	  "docs/guides/deploy.md says how to log in"

.env:
	@$(PYTHON) bin/new_env.py

down:  ## stop it, and keep everything; DEMO=1 as above
	@$(COMPOSE) down

logs:  ## what it says, as it says it; SERVICE=worker of one of its services; DEMO=1 as above
	@$(COMPOSE) logs --follow --tail=100 $(SERVICE)

bench: setup .local/bench/.complete  ## how fast and how cheap, beside what people would use instead; BENCH="--issues 20000 --rounds 3"
	@$(BIN)/python -m benchmarks $(BENCH)

bench-many: setup  ## the memory of each task on a space of five million issues; takes hours; MANY="--issues 20000 --minutes 10"
	@$(BIN)/python -m benchmarks.many $(MANY)

.local/bench/.complete: benchmarks/requirements.txt
	@test -x $(LOCAL)/bench/bin/python || $(PYTHON) -m venv $(LOCAL)/bench
	@$(UV) pip install --quiet --python $(LOCAL)/bench/bin/python -r $<
	@touch $@

clean:  ## remove everything that was made
	@rm -rf .venv .local .mypy_cache .pytest_cache .ruff_cache .hypothesis dist
