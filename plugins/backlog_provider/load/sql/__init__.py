"""The statements that a load sends."""
