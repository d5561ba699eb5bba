"""A Backlog space of any size that costs next to nothing to serve: a small one that lives, and its long past.

What lives is the emulator's, with all that it can do. Before its first day lies the past: the same issues again and
again, with ids, keys and times moved back, the comments of each, and the activity that tells of its creation. Of the
past there are templates alone, so that five million issues take no more memory than ten thousand; nothing in it
changes any more.
"""
