"""Data that all layers share: records, timestamps and the state of a table."""
