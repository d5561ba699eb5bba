"""Convert records to rows, with plain functions. This package imports neither Airflow nor Snowflake."""
