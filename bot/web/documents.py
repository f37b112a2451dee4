"""What is served as it is: composed and pressed once, and answered to many."""

import gzip
import hashlib
from dataclasses import dataclass

from aiohttp import ETag, web

WORTH_PRESSING = 1_024


@dataclass(frozen=True, slots=True)
class Document:
    """A body with all that its answers say of it."""

    body: bytes
    content_type: str
    tag: str
    """Another for each body."""
    cache: str
    """For how long it may be kept by others, as Cache-Control says it."""
    pressed: bytes | None = None
    """The same as gzip has it, where that is shorter."""


def document(body: bytes, content_type: str, cache: str) -> Document:
    """A document of this body."""
    pressed = gzip.compress(body, mtime=0) if len(body) >= WORTH_PRESSING else None
    tag = hashlib.sha256(body).hexdigest()[:20]
    return Document(body, content_type, tag, cache, pressed)


def answer(request: web.Request, asked: Document) -> web.Response:
    """The document, pressed where that is understood; 304 for who has it already."""
    # A weak tag stands for both ways in which the same is written.
    tag = ETag(asked.tag, is_weak=True)
    headers = {"Cache-Control": asked.cache, "Vary": "Accept-Encoding"}
    known = request.if_none_match or ()
    response = web.Response(status=304, headers=headers)
    if not any(each.value in (asked.tag, "*") for each in known):
        body = asked.body
        if asked.pressed is not None and _takes_gzip(request):
            body = asked.pressed
            headers["Content-Encoding"] = "gzip"
        headers["Content-Type"] = asked.content_type
        response = web.Response(body=body, headers=headers)
    response.etag = tag
    return response


def _takes_gzip(request: web.Request) -> bool:
    for each in request.headers.get("Accept-Encoding", "").lower().split(","):
        name, _, weight = each.partition(";")
        if name.strip() == "gzip":
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
