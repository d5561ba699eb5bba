"""What a run would read and write, without writing anything."""
