"""What people do with documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backlog_emulator import texts
from backlog_emulator.desk import Desk, Kind, in_project, on_record
from backlog_emulator.documents import changes, talk

if TYPE_CHECKING:
    from backlog_emulator.documents.records import Document
    from backlog_emulator.records import Project

_TAGS = {"ja": ("設計", "議事録"), "en": ("design", "minutes")}
_EMOJI = (None, "🎉", "📝", "🧭")


def _uses(project: Project) -> bool:
    return project.use_document


def _lives(document: Document) -> bool:
    return not document.trashed


def _create(desk: Desk, project: Project) -> None:
    rng, lang = desk.rng, project.lang
    others = [each for each in desk.space.documents.values() if each.project is project and not each.trashed]
    parent = rng.choice(others) if others and rng.random() < 0.6 else None
    title, plain = texts.summary(rng, lang), texts.description(rng, lang)
    tags, emoji = rng.sample(_TAGS[lang], int(rng.random() * 2.5)), rng.choice(_EMOJI)
    by = desk.member(project)
    changes.create_document(desk.space, project, title, plain, parent=parent, tags=tags, emoji=emoji, by=by)


def _update(desk: Desk, document: Document) -> None:
    rng, lang = desk.rng, document.project.lang
    if rng.random() < 0.3:
        fields = {"title": texts.summary(rng, lang)}
    else:
        fields = {"plain": f"{document.plain}\n{texts.comment(rng, lang)}".lstrip("\n")}
    changes.update_document(desk.space, document, fields, by=desk.member(document.project))


def _attach(desk: Desk, document: Document) -> None:
    name, size = texts.file_name(desk.rng), int(desk.rng.random() * 90_000) + 100
    changes.attach_to_document(desk.space, document, name, size, by=desk.member(document.project))


def _talk(desk: Desk, document: Document) -> None:
    words, by = texts.comment(desk.rng, document.project.lang), desk.member(document.project)
    if document.comments and desk.rng.random() < 0.4:
        talk.add_reply(desk.space, document.comments[-1], words, by=by)
    else:
        talk.add_document_comment(desk.space, document, words, by=by)


def _mend_talk(desk: Desk, document: Document) -> None:
    """Mend the last comment or reply, or remove it."""
    last = document.comments[-1]
    dice = desk.rng.random()
    if last.replies and dice < 0.2:
        talk.delete_reply(desk.space, last.replies[-1])
    elif dice < 0.3:
        talk.delete_document_comment(desk.space, last)
    else:
        said = last.replies[-1] if last.replies else last
        talk.edit_document_comment(desk.space, said, f"{said.plain} (edited)")


def _trash(desk: Desk, document: Document) -> None:
    changes.trash_document(desk.space, document, by=desk.member(document.project))


def _leaf(document: Document) -> bool:
    return not document.trashed and not document.children


def _discussed(document: Document) -> bool:
    return bool(document.comments) and not document.trashed


KINDS = {
    "documents_created": Kind(in_project(_create, _uses), 0.02),
    "documents_updated": Kind(on_record("documents", _update, _uses, _lives), 0.02),
    "documents_attached": Kind(on_record("documents", _attach, _uses, _lives), 0.005),
    "documents_trashed": Kind(on_record("documents", _trash, _uses, _leaf), 0.002),
    "document_talk": Kind(on_record("documents", _talk, _uses, _lives), 0.03),
    "document_talk_mended": Kind(on_record("documents", _mend_talk, _uses, _discussed), 0.004),
}
