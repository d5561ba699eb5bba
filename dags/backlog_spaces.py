"""Nulab Backlog to Snowflake, for further spaces: those that the variable BACKLOG_SPACES names, with their schemas."""

import os

from backlog_provider.airflow_spaces import backlog_space_dags, spaces_named

backlog_space_dags(spaces_named(os.environ.get("BACKLOG_SPACES", "")))
