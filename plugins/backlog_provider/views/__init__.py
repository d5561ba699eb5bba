"""Views over the tables: values inside of records, and frequent questions.

Data, as the catalogue of endpoints is: a name, a sentence, a query. Each is named ``BACKLOG_<NAME>``, among tables that
are named ``BACKLOG_<ENDPOINT>``.
"""

from __future__ import annotations

from backlog_provider.views.arrays import ARRAYS
from backlog_provider.views.changes import CHANGES
from backlog_provider.views.custom_fields import CUSTOM_FIELDS
from backlog_provider.views.model import View
from backlog_provider.views.questions import QUESTIONS
from backlog_provider.views.summaries import SUMMARIES

__all__ = ["VIEWS", "View"]

# What a view reads stands before it.
VIEWS: dict[str, View] = {view.name: view for view in (*ARRAYS, CUSTOM_FIELDS, *CHANGES, *SUMMARIES, *QUESTIONS)}
