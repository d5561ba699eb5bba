"""What people do with wiki pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backlog_emulator import texts
from backlog_emulator.desk import Desk, Kind, in_project, on_record
from backlog_emulator.files.links import link_file
from backlog_emulator.stars.changes import give_star
from backlog_emulator.wikis import changes

if TYPE_CHECKING:
    from backlog_emulator.records import Project
    from backlog_emulator.wikis.records import Wiki

_NAMES = {
    "ja": ("議事録", "手順書", "用語集", "リリース手順", "FAQ", "オンボーディング"),
    "en": ("Minutes", "How-to", "Glossary", "Release notes", "FAQ", "Onboarding"),
}
_TAGS = {"ja": ("議事録", "重要", "下書き"), "en": ("minutes", "important", "draft")}


def _uses(project: Project) -> bool:
    return project.use_wiki


def _create(desk: Desk, project: Project) -> None:
    rng, number = desk.rng, sum(wiki.project is project for wiki in desk.space.wikis.values())
    name = f"{rng.choice(_NAMES[project.lang])}/{number}" if number else "Home"
    tags = rng.sample(_TAGS[project.lang], int(rng.random() * 3))
    content = texts.description(rng, project.lang)
    changes.create_wiki(desk.space, project, name, content, tags=tags, by=desk.member(project))


def _update(desk: Desk, wiki: Wiki) -> None:
    content = f"{wiki.content}\n{texts.comment(desk.rng, wiki.project.lang)}".lstrip("\n")
    changes.update_wiki(desk.space, wiki, {"content": content}, by=desk.member(wiki.project))


def _enrich(desk: Desk, wiki: Wiki) -> None:
    """Give a page a file, a link to a shared one, or a star."""
    rng, by = desk.rng, desk.member(wiki.project)
    dice = rng.random()
    shared = (each for each in desk.space.shared_files.values() if each.project is wiki.project and each.size)
    files = [file for file in shared if file not in wiki.shared_files]
    if dice < 0.3:
        give_star(desk.space, wiki, by=by)
    elif dice < 0.6 and files:
        link_file(desk.space, rng.choice(files), wiki, by=by)
    else:
        changes.attach_to_wiki(desk.space, wiki, texts.file_name(rng), int(rng.random() * 90_000) + 100, by=by)


def _delete(desk: Desk, wiki: Wiki) -> None:
    changes.delete_wiki(desk.space, wiki, by=desk.member(wiki.project))


KINDS = {
    "wikis_created": Kind(in_project(_create, _uses), 0.02),
    "wikis_updated": Kind(on_record("wikis", _update, _uses), 0.03),
    "wikis_enriched": Kind(on_record("wikis", _enrich, _uses), 0.015),
    "wikis_deleted": Kind(on_record("wikis", _delete, _uses), 0.001),
}
