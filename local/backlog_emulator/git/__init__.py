"""Git repositories of projects, and pull requests with their comments."""
