"""The files that the page rests on, each served at a path that changes with what is in it."""

from functools import cache
from importlib.resources import files

from bot.web.documents import Document, document

FOREVER = "public, max-age=31536000, immutable"
A_DAY = "public, max-age=86400"


@cache
def style() -> Document:
    """The style sheet."""
    return document(_read("style.css"), "text/css; charset=utf-8", FOREVER)


def style_path() -> str:
    """Where the style sheet is: elsewhere, once it is another."""
    return f"/style-{style().tag}.css"


@cache
def icon() -> Document:
    """The little picture of the browser's tab."""
    return document(_read("favicon.svg"), "image/svg+xml", A_DAY)


@cache
def refusal() -> str:
    """The page that says why there is none, its words left open."""
    return _read("templates/refusal.html").decode()


def _read(name: str) -> bytes:
    return files("bot.web").joinpath(name).read_bytes()
