"""Columns of comments and attachments of issues and pull requests.

https://developer.nulab.com/docs/backlog/api/2/get-comment-list/, …/get-pull-request-comment/
"""

from __future__ import annotations

from backlog_provider.model.endpoint import Column, Kind, person

# The list of changes and the people told of a comment are in RAW, and in views of their own.
COMMENT = (
    Column("CONTENT", Kind.TEXT, "content"),
    *person("CREATOR", "createdUser"),
    Column("CREATED_AT", Kind.INSTANT, "created"),
    Column("UPDATED_AT", Kind.INSTANT, "updated"),
)
ATTACHMENT = (
    Column("NAME", Kind.TEXT, "name"),
    Column("SIZE", Kind.INTEGER, "size"),
    *person("CREATOR", "createdUser"),
    Column("CREATED_AT", Kind.INSTANT, "created"),
)
