"""The demo: a real Airflow between the emulated Backlog space and the local Snowflake."""
