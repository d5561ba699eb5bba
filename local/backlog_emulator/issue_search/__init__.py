"""How `/issues` finds, sorts and remembers."""
