"""How fast, and in how much memory: always as a ratio to what cannot be avoided, taken in the same run."""
