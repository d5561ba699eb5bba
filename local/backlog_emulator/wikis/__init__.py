"""Wiki pages of projects. A family of entities has the same modules everywhere: see `families`."""
