"""Further spaces: the DAGs of each space that the variable BACKLOG_SPACES names, with its schema."""

import os

from backlog_provider.airflow_spaces import backlog_space_dags, spaces_named

backlog_space_dags(spaces_named(os.environ.get("BACKLOG_SPACES", "")))
