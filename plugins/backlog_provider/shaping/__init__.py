"""Record to row: plain functions on plain data."""
