"""Records to rows: plain functions on plain data. Imports neither Airflow nor Snowflake."""
