"""What platforms were sent, as a talk shows it."""

import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.transcripts.talk import Run, Said

Json = Mapping[str, Any]


def of_telegram(text: str, markup: str | None, picture: bytes | None = None) -> Said:
    """A text in Telegram's HTML with its inline keyboard, if it has one, as JSON."""
    rows = json.loads(markup)["inline_keyboard"] if markup else ()
    lines = tuple(tuple(_html_runs(line)) for line in text.split("\n"))
    buttons = tuple(tuple(button["text"] for button in row) for row in rows)
    return Said(ours=True, lines=lines, picture=picture, buttons=buttons)


def json_keyboard(rows: Sequence[Sequence[tuple[str, str]]]) -> str | None:
    """Rows of labels and data as the markup that they came in; None where there are none."""
    keys = [[{"text": label, "callback_data": data} for label, data in row] for row in rows]
    return json.dumps({"inline_keyboard": keys}) if keys else None


def _html_runs(line: str) -> Iterator[Run]:
    bold = italic = False
    for piece in re.split(r"(</?[bi]>)", line):
        if re.fullmatch(r"</?[bi]>", piece):
            opens = not piece.startswith("</")
            bold = opens if "b" in piece else bold
            italic = opens if "i>" in piece else italic
        elif piece:
            yield Run(html.unescape(piece), bold=bold, italic=italic)


def of_discord(payload: Json, picture: bytes | None = None, *, alone: bool = False) -> Said:
    """A message's embeds and components; `alone` where nobody else sees it."""
    embeds: Sequence[Json] = payload.get("embeds") or ()
    lines = [line for embed in embeds for line in _embed_lines(embed)]
    rows = payload.get("components") or ()
    buttons = tuple(tuple(each["label"] for each in row["components"]) for row in rows)
    colour = f"#{embeds[0].get('color') or 0:06x}" if embeds else ""
    note = "Only you can see this" if alone else ""
    return Said(
        ours=True, lines=tuple(lines), picture=picture, buttons=buttons, colour=colour, note=note
    )


def _embed_lines(embed: Json) -> Iterator[tuple[Run, ...]]:
    if embed.get("title"):
        yield (Run(_unescaped(embed["title"]), bold=True),)
    for line in (embed.get("description") or "").split("\n"):
        yield (Run(_unescaped(line)),)
    footer = (embed.get("footer") or {}).get("text")
    if footer:
        yield (Run(footer, italic=True),)


def _unescaped(text: str) -> str:
    """Discord's markdown as people read it: whatever is escaped shows as it is."""
    return re.sub(r"\\([^A-Za-z0-9\s])", r"\1", text)
