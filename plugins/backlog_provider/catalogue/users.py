"""People of the space (https://developer.nulab.com/docs/backlog/api/2/get-user-list/).

Only administrators and project administrators may read the list.
"""

from __future__ import annotations

from backlog_provider.model.endpoint import Column, Endpoint, Kind, Snapshot

USERS = Endpoint(
    name="users",
    path="/users",
    style=Snapshot(),
    key=("USER_ID",),
    role="an administrator or a project administrator",
    columns=(
        Column("USER_ID", Kind.INTEGER, "id"),
        Column("LOGIN_ID", Kind.TEXT, "userId", is_personal=True),
        Column("NAME", Kind.TEXT, "name", is_personal=True),
        Column("ROLE_TYPE", Kind.INTEGER, "roleType"),
        Column("LANG", Kind.TEXT, "lang"),
        Column("EMAIL_ADDRESS", Kind.TEXT, "mailAddress", is_personal=True),
        Column("NULAB_ACCOUNT_ID", Kind.TEXT, "nulabAccount.nulabId", is_personal=True),
        Column("NULAB_UNIQUE_ID", Kind.TEXT, "nulabAccount.uniqueId", is_personal=True),
        Column("LAST_LOGIN_AT", Kind.INSTANT, "lastLoginTime"),
    ),
)
