"""Rows to a table: file, stage, staging table, merge, state. Knows nothing of Backlog or Airflow."""
