"""Documents of projects, in a tree and a trash, with comments and replies."""
