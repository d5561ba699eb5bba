"""Requests, pages, records: everything that talks to Backlog. Knows neither Airflow nor Snowflake."""
