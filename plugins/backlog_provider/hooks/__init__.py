"""The hook to Backlog."""
