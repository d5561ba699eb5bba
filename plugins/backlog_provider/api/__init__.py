"""Requests to Backlog, one at a time, with rate limit and retries. It imports neither Airflow nor Snowflake."""
