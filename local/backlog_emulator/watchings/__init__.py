"""The issues that people watch."""
