"""``python -m backlog_provider``: commands that need no DAG."""

from __future__ import annotations

import sys

from backlog_provider.cli import main

# Without a package it is Airflow that runs this file, as a plugin.
if __package__:
    sys.exit(main())
