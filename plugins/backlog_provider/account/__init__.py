"""What a Snowflake account needs before the first load, as statements for whoever administers it."""
