"""The dry run: reports the reads and writes of a run, without writing anything."""
