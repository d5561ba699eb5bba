"""Loads rows into a table: stage file, merge, soft deletes and state. Independent of the Backlog API and Airflow."""
