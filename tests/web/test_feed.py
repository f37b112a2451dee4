"""The feed: well-formed whatever an alert says, and the same alert always under the same id."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from bot.model import Tone
from bot.web.feed import ATOM, NOTHING_YET, XHTML, feed
from bot.web.view import AlertView, Page

DECIDED = datetime(2026, 2, 4, 21, 20, tzinfo=UTC)
FIRED = AlertView(
    id="russell_breakout:2026-02-04:fired",
    title="Russell 2000 breaks out",
    tone=Tone.GOOD,
    topic="breakout",
    what="russell_breakout fired",
    decided_at=DECIDED,
    updated_at=DECIDED + timedelta(days=1),
    said=("2 closes in a row above 2,400.00.", "Source: Yahoo."),
    why=("Rule: two closes.",),
    corrects="",
    is_withdrawn=False,
    is_late=False,
)
NAMES = {"atom": ATOM, "xhtml": XHTML}
ANY_TEXT = st.text(st.characters(codec=None), max_size=60)
HOSTILE = "<script>alert(1)</script>]]>&amp;\x00\x1b\ud800\ufffe"


def _page(*alerts: AlertView) -> Page:
    return Page(
        phase="waiting", ladder=(), held="", clock="", divergence="", gates=(), turns=(),
        as_of=DECIDED, leader=None, leader_words="", subjects=(), missing=(), alerts=alerts,
        older=0, notices=(), tellers=(),
    )  # fmt: skip


def _read(*alerts: AlertView, public_url: str = "https://bot.example.org") -> ET.Element:
    return ET.fromstring(feed(_page(*alerts), public_url))  # noqa: S314 - it is our own.


def _text(root: ET.Element, path: str) -> str:
    return root.findtext(path, namespaces=NAMES) or ""


def test_an_entry_says_what_fired_when_why_and_where_to_read_it() -> None:
    root = _read(FIRED)
    entry = root.find("atom:entry", NAMES)
    assert entry is not None
    assert _text(entry, "atom:id") == "tag:altseason-bot,2026:russell_breakout:2026-02-04:fired"
    assert _text(entry, "atom:title") == "Russell 2000 breaks out"
    assert _text(entry, "atom:published") == "2026-02-04T21:20:00+00:00"
    assert _text(entry, "atom:updated") == "2026-02-05T21:20:00+00:00"
    link = entry.find("atom:link", NAMES)
    assert link is not None
    assert link.get("href") == ("https://bot.example.org/#russell_breakout:2026-02-04:fired")
    said = [each.text for each in entry.iterfind("atom:content/xhtml:div/*", NAMES)]
    assert said == [*FIRED.said, "Why", *FIRED.why]


def test_the_feed_is_as_new_as_its_newest_entry_and_whole_without_any() -> None:
    older = replace(FIRED, id="older", updated_at=DECIDED - timedelta(days=9))
    assert _text(_read(FIRED, older), "atom:updated") == "2026-02-05T21:20:00+00:00"
    empty = _read()
    assert _text(empty, "atom:updated") == NOTHING_YET.isoformat()
    for name in ("id", "title", "author/atom:name"):
        assert _text(empty, f"atom:{name}")


def test_where_nobody_said_what_our_address_is_links_are_relative() -> None:
    links = [each.get("href") for each in _read(FIRED, public_url="").iter(f"{{{ATOM}}}link")]
    assert links == ["/feed.xml", "/", "/#russell_breakout:2026-02-04:fired"]


def test_what_xml_cannot_hold_is_marked_and_the_rest_is_kept() -> None:
    entry = _read(replace(FIRED, title=HOSTILE)).find("atom:entry", NAMES)
    assert entry is not None
    expected = "<script>alert(1)</script>]]>&amp;\ufffd\ufffd\ufffd\ufffd"
    assert _text(entry, "atom:title") == expected


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_it_stays_well_formed_whatever_is_said(id_: str, title: str, line: str) -> None:
    alert = replace(FIRED, id=id_.encode(errors="replace").decode(), title=title, said=(line,))
    root = _read(replace(alert, topic=line))
    assert len(root.findall("atom:entry", NAMES)) == 1
    assert " " not in _text(root, "atom:entry/atom:id")
    assert not list(root.iter("script"))
