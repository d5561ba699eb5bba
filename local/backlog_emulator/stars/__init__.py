"""Stars that people give to each other's issues, wiki pages, pull requests and comments."""
