"""The SQL statements of a load."""
