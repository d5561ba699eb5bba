"""The operator from Backlog to Snowflake."""
