"""What Discord is asked to show, whole: a change of it must be meant.

`python -m tests.adapters.test_discord_golden` writes what is shown now.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bot.adapters.discord.buttons import Seal
from bot.adapters.discord.pages import parts
from bot.model import Button, Chart, Chat, Message, Tone
from bot.ports import Photo

FOLDER = Path(__file__).parents[1] / "golden" / "discord"
CHAT = Chat("discord", "6000000000000000001")
CHART = Chart(
    "btc_dominance", date(2025, 12, 2), date(2026, 3, 1), "Dominance falls from 60 % to 54.9 %."
)
PICTURES = {CHART: b"\x89PNG"}
HOSTILE = "<b>@everyone [x](http://y)"

ALERT = Message(
    "Bitcoin dominance fell below 55 %: 54.9 %",
    (
        "54.9 % against the level of 55 %, 0.1 beyond it.",
        "Source: coingecko, value of 1 March 2026 (as of 12:00 UTC).",
        "Money moves from bitcoin into other coins.",
    ),
    "dominance_55 · fired",
    Tone.GOOD,
    (
        Button("Why", "/why dominance_55"),
        Button("Chart", "/chart btc_dominance"),
        Button("Snooze", "/mute dominance_55"),
        Button("Mute topic", "/mute dominance always"),
    ),
    CHART,
)
PICKER = Message(
    "Mute dominance_55 for how long?",
    buttons=tuple(
        Button(label, f"/mute dominance_55 {span}", replaces=True)
        for label, span in (
            ("1 hour", "1h"),
            ("1 day", "1d"),
            ("1 week", "1w"),
            ("Until it recovers", "until recovers"),
            ("Always", "always"),
            ("Until 55 %", "until btc_dominance above 55"),
        )
    ),
)
SHOWN: Mapping[str, Sequence[Message]] = {
    "alert": [replace(ALERT, chart=None)],
    "alert_with_chart": [ALERT],
    "picker": [PICKER],
    "bundle": [Message("While you slept", ("Two alerts.",)), replace(ALERT, tone=Tone.BAD), PICKER],
    "wicked_names": [
        Message(HOSTILE, (HOSTILE, "*_~`|>#-"), HOSTILE, buttons=(Button(HOSTILE, "/x"),))
    ],
    "long": [Message("Long", tuple(f"{n} " + "x" * 90 for n in range(80)), "the end")],
}


def rendered(messages: Sequence[Message]) -> str:
    """The parts as one chat is sent them, to be read by people."""
    seal = Seal("token")
    filled = [seal.filled(part, CHAT) for part in parts(messages, PICTURES)]
    found = [json.loads(part.body if isinstance(part, Photo) else part) for part in filled]
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("name", SHOWN)
def test_golden_renderings(name: str) -> None:
    golden = (FOLDER / f"{name}.json").read_text(encoding="utf-8")
    assert rendered(SHOWN[name]) == golden


def test_no_golden_rendering_is_forgotten() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == set(SHOWN)


if __name__ == "__main__":
    for each, messages in SHOWN.items():
        (FOLDER / f"{each}.json").write_text(rendered(messages), encoding="utf-8")
