"""Reads the rows of a table in a web page, in time that grows only with the page's length.

An HTML parser takes very long over tags nested thousands deep. So only the tags of one table's own
structure reach it, which cannot be nested; what else stands in a cell is kept as its text.
"""

import re

from selectolax.lexbor import LexborHTMLParser

CELLS = frozenset({"td", "th"})
MOST_ROWS = 10_000
"""Forty years of sessions."""

_OPENING = re.compile(r"<table\b", re.IGNORECASE)
_CLOSING = re.compile(r"</table\b", re.IGNORECASE)
_WORD = re.compile(r"[\w-]+")
_FOREIGN_TAG = re.compile(r"<(?!!|/?(?:table|thead|tbody|tfoot|tr|th|td)\b)[^<>]*>?", re.IGNORECASE)


def table_rows(page: bytes, *, marked: str = "") -> list[list[str]]:
    """The texts of the cells of the page's first table, row by row; no rows if there is none.

    With `marked`, of the first table whose opening tag names that class. A table ends where
    another begins within it, and after ten thousand rows.
    """
    for piece in _OPENING.split(page.decode(errors="replace"))[1:]:
        if not marked or marked in _WORD.findall(piece.partition(">")[0]):
            own = _FOREIGN_TAG.sub("", "<table" + _CLOSING.split(piece, maxsplit=1)[0])
            rows = LexborHTMLParser(own).css("tr")[:MOST_ROWS]
            return [
                [cell.text(strip=True) for cell in row.iter() if cell.tag in CELLS] for row in rows
            ]
    return []
