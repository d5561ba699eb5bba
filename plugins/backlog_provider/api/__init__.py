"""Requests to Backlog: one at a time, within the limits, with retries. Imports neither Airflow nor Snowflake."""
