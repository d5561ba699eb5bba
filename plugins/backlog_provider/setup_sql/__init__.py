"""The statements that prepare a Snowflake account for the first load."""
