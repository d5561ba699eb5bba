"""Pages of records from Backlog: which lists to read, and from where. Imports neither Airflow nor Snowflake."""
