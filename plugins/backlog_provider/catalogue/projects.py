"""Projects, archived ones included (https://developer.nulab.com/docs/backlog/api/2/get-project-list/)."""

from __future__ import annotations

from backlog_provider.model.endpoint import Column, Endpoint, Kind, Snapshot

PROJECTS = Endpoint(
    name="projects",
    path="/projects",
    style=Snapshot(),
    key=("PROJECT_ID",),
    project="id",
    columns=(
        Column("PROJECT_ID", Kind.INTEGER, "id"),
        Column("PROJECT_KEY", Kind.TEXT, "projectKey"),
        Column("NAME", Kind.TEXT, "name"),
        Column("ARCHIVED", Kind.BOOLEAN, "archived"),
        Column("TEXT_FORMATTING_RULE", Kind.TEXT, "textFormattingRule"),
        Column("DISPLAY_ORDER", Kind.INTEGER, "displayOrder"),
        Column("CHART_ENABLED", Kind.BOOLEAN, "chartEnabled"),
        Column("USE_RESOLVED_FOR_CHART", Kind.BOOLEAN, "useResolvedForChart"),
        Column("SUBTASKING_ENABLED", Kind.BOOLEAN, "subtaskingEnabled"),
        Column("GRANDCHILD_ISSUE_ENABLED", Kind.BOOLEAN, "grandchildIssueEnabled"),
        Column("PROJECT_LEADER_CAN_EDIT_PROJECT_LEADER", Kind.BOOLEAN, "projectLeaderCanEditProjectLeader"),
        Column("USE_WIKI", Kind.BOOLEAN, "useWiki"),
        Column("USE_WIKI_TREE_VIEW", Kind.BOOLEAN, "useWikiTreeView"),
        Column("USE_ORIGINAL_IMAGE_SIZE_AT_WIKI", Kind.BOOLEAN, "useOriginalImageSizeAtWiki"),
        Column("USE_DOCUMENT", Kind.BOOLEAN, "useDocument"),
        Column("USE_FILE_SHARING", Kind.BOOLEAN, "useFileSharing"),
        Column("USE_GIT", Kind.BOOLEAN, "useGit"),
        Column("USE_SUBVERSION", Kind.BOOLEAN, "useSubversion"),
        Column("USE_DEV_ATTRIBUTES", Kind.BOOLEAN, "useDevAttributes"),
    ),
)
