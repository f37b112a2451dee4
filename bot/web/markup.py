"""The page as HTML, by the templates in `bot/web/templates`."""

from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from bot.web import chart, sparkline
from bot.web.feed import anchor
from bot.web.view import Page
from bot.wording import moment_text

if TYPE_CHECKING:
    from jinja2 import Environment


def markup(page: Page, style_path: str) -> str:
    """The whole page; every text is escaped."""
    template = _templates().get_template("page.html")
    return template.render(page=page, style=style_path, chart=chart, sparkline=sparkline)


@cache
def _templates() -> "Environment":
    # It takes a moment and some memory, which a bot that nobody looks at does not spend.
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415

    found = Environment(
        loader=PackageLoader("bot.web"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, auto_reload=False,
    )  # fmt: skip
    found.filters["moment"] = _moment
    found.filters["anchor"] = anchor
    return found


def _moment(at: datetime) -> str:
    return moment_text(at)
