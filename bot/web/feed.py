"""The alerts as an Atom feed (RFC 4287)."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import quote
from xml.etree import ElementTree as ET

from bot.web.view import AlertView, Page

ATOM, XHTML = "http://www.w3.org/2005/Atom", "http://www.w3.org/1999/xhtml"
TITLE = "altseason-bot: alerts"
SUBTITLE = "What crossed a line that matters to the altcoin season, with its source. No advice."
TAG = "tag:altseason-bot,2026:"
"""Ids are the same wherever the bot runs, as the alerts are (RFC 4151)."""
NOTHING_YET = datetime(2026, 1, 1, tzinfo=UTC)
"""When a feed without alerts last changed: any day before its first one."""
SAFE_IN_TAG = ":@!$&'()*+,;=/?"
FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, however it is escaped."""


def feed(page: Page, public_url: str) -> bytes:
    """The feed of a page's alerts; links are relative where `public_url` is empty."""
    root = ET.Element("feed", {"xmlns": ATOM, "xml:lang": "en"})
    _add(root, "id", f"{TAG}alerts")
    _add(root, "title", TITLE)
    _add(root, "subtitle", SUBTITLE)
    newest = max((each.updated_at for each in page.alerts), default=NOTHING_YET)
    _add(root, "updated", newest.isoformat())
    _add(_add(root, "author"), "name", "altseason-bot")
    _add(root, "link", rel="self", href=f"{public_url}/feed.xml", type="application/atom+xml")
    _add(root, "link", rel="alternate", href=f"{public_url}/", type="text/html")
    for alert in page.alerts:
        _entry(_add(root, "entry"), alert, public_url)
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def anchor(alert: str) -> str:
    """The fragment of an alert's place on the page, as an address has it."""
    return quote(alert, safe=SAFE_IN_TAG)


def _entry(entry: ET.Element, alert: AlertView, public_url: str) -> None:
    _add(entry, "id", f"{TAG}{anchor(alert.id)}")
    _add(entry, "title", alert.title)
    _add(entry, "published", alert.decided_at.isoformat())
    _add(entry, "updated", alert.updated_at.isoformat())
    _add(entry, "link", rel="alternate", href=f"{public_url}/#{anchor(alert.id)}", type="text/html")
    _add(entry, "category", term=alert.topic)
    text = _add(_add(entry, "content", type="xhtml"), "div", xmlns=XHTML)
    _paragraphs(text, alert.said)
    _add(text, "h2", "Why")
    _paragraphs(text, alert.why)


def _paragraphs(parent: ET.Element, lines: Sequence[str]) -> None:
    for line in lines:
        _add(parent, "p", line)


def _add(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
    """A child whose text and attributes hold only what XML can."""
    clean = {key: _clean(value) for key, value in attributes.items()}
    child = ET.SubElement(parent, name, clean)
    child.text = _clean(text) or None
    return child


def _clean(text: str) -> str:
    return FORBIDDEN.sub("\ufffd", text)
