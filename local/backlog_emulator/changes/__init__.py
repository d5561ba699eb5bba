"""What can happen in a space. Each function takes the space first and writes the activity feed.

`Space` has them as methods, so callers write `space.update_issue(issue, {...})`.
"""
