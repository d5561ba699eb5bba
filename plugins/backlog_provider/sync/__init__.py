"""One run of one endpoint: the place where extract, transform, load and state meet."""
