"""What users have been notified of."""
