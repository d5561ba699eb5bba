"""A Snowflake account on this machine: fakesnow over HTTPS, with its databases on disk."""
