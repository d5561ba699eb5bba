"""Rows to a table: stage file, staging table, merge, soft deletes and state. Knows nothing of Backlog or Airflow."""
