"""``python -m backlog_provider``: what people ask of a space and its tables without running a DAG."""

from __future__ import annotations

import sys

from backlog_provider.cli import main

sys.exit(main())
