"""Downloads: bytes that nobody has uploaded, of the size that the record tells, and icons of one dot."""

from __future__ import annotations

import base64
from itertools import cycle, islice
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.responses import Response

from backlog_emulator.call import picked

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backlog_emulator.call import Call
    from backlog_emulator.files.records import SharedFile
    from backlog_emulator.records import Attachment

_DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


def found_attachment(call: Call, attachments: Iterable[Attachment]) -> Response:
    """The content of the attachment that the path names; error 6 when there is none."""
    chosen = picked({each.id: each for each in attachments}, call.path["attachment"], "No attachment.")
    return content_of(chosen)


def content_of(record: Attachment | SharedFile) -> Response:
    """As many bytes as a file has: its name and id over and over."""
    text = f"{record.id} {record.name}\n".encode()
    named = f"attachment; filename*=UTF-8''{quote(record.name)}"
    content = bytes(islice(cycle(text), record.size or 0))
    return Response(content, media_type="application/octet-stream", headers={"Content-Disposition": named})


def icon() -> Response:
    """The same picture for everything and everybody."""
    return Response(_DOT, media_type="image/png", headers={"Content-Disposition": "attachment; filename=icon.png"})
