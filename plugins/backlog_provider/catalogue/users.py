"""People of the space (https://developer.nulab.com/docs/backlog/api/2/get-user-list/).

Only administrators and project administrators may read the list.
"""

from __future__ import annotations

from backlog_provider.catalogue.model import Column, Endpoint, Kind, Snapshot

USERS = Endpoint(
    name="users",
    path="/users",
    style=Snapshot(),
    key=("USER_ID",),
    role="an administrator or a project administrator",
    columns=(
        Column("USER_ID", Kind.INTEGER, "id"),
        Column("LOGIN_ID", Kind.TEXT, "userId"),
        Column("NAME", Kind.TEXT, "name"),
        Column("ROLE_TYPE", Kind.INTEGER, "roleType"),
        Column("LANG", Kind.TEXT, "lang"),
        Column("EMAIL_ADDRESS", Kind.TEXT, "mailAddress"),
        Column("NULAB_ACCOUNT_ID", Kind.TEXT, "nulabAccount.nulabId"),
        Column("NULAB_UNIQUE_ID", Kind.TEXT, "nulabAccount.uniqueId"),
        Column("LAST_LOGIN_AT", Kind.INSTANT, "lastLoginTime"),
    ),
)
