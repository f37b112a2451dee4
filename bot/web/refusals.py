"""What is said instead of an answer: a page to people, JSON and plain text to machines."""

import json
from dataclasses import dataclass
from string import Template

from aiohttp import web

from bot.web import files


@dataclass(frozen=True, slots=True)
class Refusal:
    """A status, and our own words for it, which need no escaping."""

    status: int
    title: str
    sentence: str
    retry_after_seconds: int | None = None


NOT_FOUND = Refusal(404, "Nothing is here", "There is no page at this address.")
NO_STORE = Refusal(
    503,
    "Back in a moment",
    "The store cannot be reached just now. Please try again in a moment.",
    retry_after_seconds=10,
)


def refuse(request: web.Request, said: Refusal) -> web.Response:
    """The refusal in the form that whoever asks can read."""
    headers = {"Cache-Control": "no-store", "Vary": "Accept"}
    if said.retry_after_seconds is not None:
        headers["Retry-After"] = str(said.retry_after_seconds)
    text, content_type = f"{said.sentence}\n", "text/plain"
    if request.path.startswith("/api/"):
        text, content_type = json.dumps({"error": said.sentence}), "application/json"
    elif "text/html" in request.headers.get("Accept", ""):
        template = Template(files.refusal())
        text = template.substitute(
            title=said.title, sentence=said.sentence, style=files.style_path()
        )
        content_type = "text/html"
    return web.Response(status=said.status, headers=headers, text=text, content_type=content_type)
