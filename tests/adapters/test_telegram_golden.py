"""Whole messages as Telegram gets them, kept in tests/golden/telegram to be looked at.

A wanted change is written there with `python -m tests.adapters.test_telegram_golden`.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import pytest

from bot.adapters.telegram.buttons import Seal
from bot.adapters.telegram.parts import addressed, parts_of
from bot.model import Button, Chart, Chat, Message, Tone
from bot.ports import Part, Photo
from tests.adapters.fake_telegram import TOKEN
from tests.adapters.telegram_wall import readable

GOLDEN = Path(__file__).parents[1] / "golden/telegram"
HERE = Chat("telegram", "-1007", "42")
CHART = Chart(
    "russell_2000",
    date(2024, 11, 7),
    date(2025, 11, 6),
    "Russell 2000, 7 Nov 2024 to 6 Nov 2025: from 2,382.69 to 2,466.91, lowest 1,760.71 on "
    "8 Apr 2025. It ends above the record close of 2,442.03.",
)
ALERT = Message(
    "Russell 2000 breaks out: 2,466.91, above the record of 2,442.03",
    (
        "2 closes in a row above 2,442.03 (+1.02 %). That record close had stood since 8 Nov 2021.",
        "Source: Yahoo, value of 6 Nov 2025 (as of 6 Nov 2025, 21:00 UTC).",
        "Money moves into small caps first; altcoins have followed within months, not always.",
        "Still missing: dominance, liquidity.",
    ),
    "russell_breakout · fired",
    Tone.GOOD,
    buttons=(
        Button("Why", "/why 5c1e"),
        Button("Chart", "/chart russell_2000"),
        Button("Snooze", "/mute russell_breakout"),
        Button("Mute topic", "/mute breakout always"),
    ),
    chart=CHART,
)
BOARD = Message(
    "Phase: breakout",
    (
        "It has held since 7 Nov 2025.",
        "Breakout clock: day 34 since the record close of 6 Nov 2025. It runs until 4 Feb 2026.",
        "",
        "○ Bitcoin dominance 58.41 % against 57 %, 1.41 points away: above 57 % (CoinGecko, 4 min "
        "old)",
        "● Fed liquidity +1.20 % against 0 %: growing (FRED, 2 d old)",
        "? ETF flows: unknown, Farside & SoSoValue are silent; last $-120 M (Farside, 3 d old)",
        "",
        "What would change it:",
        "Dominance <57 % on two days in a row makes it early rotation.",
    ),
    "As of 10 Dec 2025, 09:30 UTC; /status shows every number",
    pinned=True,
    buttons=(Button("Refresh", "/board", replaces=True), Button("Every number", "/status")),
)
PICKER = Message(
    "How long shall russell_breakout be quiet?",
    ("Alerts of this rule come again after that; none of the others is touched.",),
    buttons=tuple(
        Button(label, f"/mute russell_breakout {words}", replaces=True)
        for label, words in (
            ("1 hour", "1h"),
            ("1 day", "1d"),
            ("1 week", "1w"),
            ("Until it recovers", "until recovers"),
        )
    ),
    aside=True,
)
COIN = "<b>@everyone [x](http://y) & Söhne"
STATUS = Message(
    "Status",
    tuple(
        f"{COIN} {number}: ${number * 1.01:,.2f} (+{number / 7:.2f} %, CoinGecko, {number} min old)"
        for number in range(1, 61)
    ),
    "60 numbers",
    buttons=(Button(f"{COIN}", "/status 1"), Button("Board", "/board")),
)
TOLD: Mapping[str, Sequence[Message]] = {
    "alert": [ALERT],
    "alert_too_long_for_a_caption": [
        Message(ALERT.title, 3 * ALERT.lines, buttons=ALERT.buttons, chart=CHART)
    ],
    "board": [BOARD],
    "bundle": [ALERT, BOARD, PICKER, ALERT],
    "long_status": [STATUS],
    "picker": [PICKER],
}


def written(messages: Sequence[Message]) -> str:
    """All parts of what one chat hears, for people to read."""
    return "\n\n".join(map(_written, parts_of(messages, {CHART: b"a picture"}))) + "\n"


def _written(part: Part) -> str:
    body = part.body if isinstance(part, Photo) else part
    # A test's token has a seal that stays the same.
    members = json.loads(Seal(TOKEN).sealed(addressed(HERE, body), HERE))
    text = members.pop("caption" if isinstance(part, Photo) else "text")
    assert readable(text, caption=isinstance(part, Photo))
    rows = members.pop("reply_markup", {}).get("inline_keyboard", [])
    what = f"picture of {part.chart.indicator}" if isinstance(part, Photo) else "text"
    shown = [
        "  ".join(f"[{each['text']}]({each['callback_data']})" for each in row) for row in rows
    ]
    return "\n".join([f"=== {what} {json.dumps(members)}", text, *shown])


@pytest.mark.parametrize("name", TOLD)
def test_what_telegram_gets(name: str) -> None:
    kept = (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")
    assert written(TOLD[name]) == kept


def test_everything_kept_is_looked_at() -> None:
    assert {path.stem for path in GOLDEN.glob("*.txt")} == set(TOLD)


if __name__ == "__main__":
    GOLDEN.mkdir(parents=True, exist_ok=True)
    for title, messages in TOLD.items():
        (GOLDEN / f"{title}.txt").write_text(written(messages), encoding="utf-8")
