"""/why, over a real store: a small market's alerts, explained from what is stored."""

import shlex
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot import cli
from bot.model import Alert, Kind
from bot.stores.connect import Client
from tests.handlers.past import HISTORY, PARTS, Desk, recorded
from tests.handlers.told import NOW, alerts, desk_with


@pytest.fixture
async def desk(store_client: Client, tmp_path: Path) -> Desk:
    return await desk_with(store_client, tmp_path)


def first(folder: Path, start: str) -> Alert:
    return next(each for each in alerts(folder) if each.id.startswith(start))


async def test_there_may_be_nothing_to_explain(store_client: Client) -> None:
    assert "There is no alert to explain yet" in await Desk(store_client).ask("/why")


async def test_everything_behind_an_alert_is_said(desk: Desk) -> None:
    said = await desk.ask("/why dominance_57:2023-04-03:fired")
    lines = said.splitlines()
    assert lines[0] == "Why: Bitcoin dominance below 57 %: 54.00 %"
    assert lines[1] == (
        "dominance_57 fired by the value of 3 Apr 2023; decided at 2023-04-04 00:00 UTC."
    )
    assert lines[2] == (
        "Value: Bitcoin dominance 54.00 % against 57 % (CoinMarketCap, as of 2023-04-04 00:00 UTC)."
    )
    assert lines[3] == (
        "Values that decided it: 2 Apr 2023 54.00 %, 3 Apr 2023 54.00 % (CoinMarketCap)."
    )
    assert lines[4] == (
        "Rule: dominance_57 fires on the second daily value in a row of “Bitcoin dominance” below "
        "57 %, and resolves at the first one above 58 %."
    )
    assert lines[5].startswith("It means: ")
    assert lines[6] == "Not corrected since."
    assert lines[7] == (
        "State: pending (since 2 Apr 2023) before it, firing (since 3 Apr 2023) after it, "
        "no current data now."
    )
    assert lines[9] == "What came after the firings before 3 Apr 2023:"
    assert lines[10] == (
        "dominance_57 (CoinMarketCap): n = 1 of 1 firings. Fewer than 10 are stories, not a rate. "
        "Told on 12 Feb 2023."
    )
    assert lines[11] == "  30 days: TOTAL3/BTC +9 %, dominance +2.5 pp; n 1"
    assert lines[13] == "  180 days: TOTAL3/BTC unknown, dominance unknown; n 0, 1 not over yet"
    assert "/track dominance_57 sets it beside all days" in said
    assert lines[-1] == "dominance_57:2023-04-03:fired; /history lists the others"


async def test_without_a_word_it_is_the_last_one_of_the_chats_topics(desk: Desk) -> None:
    assert "it hears no topic. /history lists all" in await desk.ask("/why")
    await desk.ask("/subscribe etf")
    assert "There was no alert on etf." in await desk.ask("/why")
    await desk.ask("/subscribe dominance")
    assert (await desk.ask("/why")).splitlines()[-1].startswith("dominance_55:2023-04-03:fired;")
    await desk.ask("/subscribe breakout")
    assert (await desk.ask("/why")).splitlines()[-1].startswith("breakout_follow_up:2023-01-05:")


@pytest.mark.parametrize(
    ("typed", "id_"),
    [
        ("1", "breakout_follow_up:2023-01-05:fired"),
        ("#3", "altseason:2023-05-03:fired"),
        ("dominance_57", "dominance_57:2023-04-03:fired"),
        ("Dominance 57", "dominance_57:2023-04-03:fired"),
        ("dominance", "dominance_55:2023-04-03:fired"),
        ("DOMINANCE_57:2023-02-12:resolved", "dominance_57:2023-02-12:resolved"),
        ("phase", "phase:2023-05-04:fired"),
    ],
)
async def test_one_is_named_by_number_rule_topic_or_id(desk: Desk, typed: str, id_: str) -> None:
    assert (await desk.ask(f"/why {typed}")).splitlines()[-1].startswith(f"{id_};")


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("99", "There are alerts 1 to 11; /history lists them."),
        ("0", "There are alerts 1 to 11"),
        ("etf", "There was no alert of etf yet. /preview etf looks further back."),
        ("inflation_3_up", "There was no alert of inflation_3_up yet."),
        ("dominanse", "Did you mean dominance? /history lists them."),
        ("²", "There is no alert ²."),
    ],
)
async def test_what_is_not_there_says_what_is(desk: Desk, typed: str, answer: str) -> None:
    assert answer in await desk.ask(f"/why {typed}")


async def test_every_alert_can_be_explained_and_made_again(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command that is shown prints the alert, and the alerts of no other day."""
    for each in alerts(tmp_path):
        lines = (await desk.ask(f"/why {each.id}")).splitlines()
        (command,) = [line for line in lines if line.startswith("To reproduce it: ")]
        words = shlex.split(command.removeprefix("To reproduce it: python -m bot "))
        folder = str(tmp_path)
        assert cli.main([folder if word == "DIR" else word for word in [*words, "--json"]]) == 0
        printed = capsys.readouterr().out.splitlines()
        assert any(f'"id": "{each.id}"' in line for line in printed)
        assert {line.split('"date": "')[1][:10] for line in printed} == {words[-1]}


async def test_a_correction_is_told_where_its_alert_is_explained(
    desk: Desk, tmp_path: Path
) -> None:
    fired = first(tmp_path, "dominance_57:2023-04-03:fired")
    revised = replace(fired, id=f"{fired.id}:corrected:1", kind=Kind.CORRECTED, value=57.2,
                      decided_at=NOW)  # fmt: skip
    await desk.tell(revised)
    said = await desk.ask(f"/why {fired.id}")
    assert "Corrected since, and it stands: 57.20 % by the revised values of CoinMarketCap" in said
    again = replace(revised, id=f"{fired.id}:corrected:2", value=57.5, withdrawn=True)
    await desk.tell(again)
    said = await desk.ask(f"/why {fired.id}")
    assert "Withdrawn since: 57.50 % by the revised values of CoinMarketCap, told at" in said
    assert "the last of 2 corrections." in said
    said = await desk.ask("/why 1")
    assert f"This corrects {fired.id} and takes it back; /why {fired.id} explains" in said
    assert "a correction cannot be replayed" in said


async def test_what_was_found_late_is_explained_itself(desk: Desk, tmp_path: Path) -> None:
    fired = first(tmp_path, "dominance_57:2023-04-03:fired")
    quiet = replace(fired, id="dominance_57:2023-04-04:fired", quiet=True)
    late = replace(quiet, id=f"{quiet.id}:late", kind=Kind.LATE, quiet=False, decided_by=())
    await desk.tell(quiet, late)
    said = await desk.ask("/why 1")
    assert said.splitlines()[-1].startswith(f"{quiet.id};")
    assert "as it was found after a pause." in said


async def test_a_fallbacks_alert_has_no_states_to_show(desk: Desk, tmp_path: Path) -> None:
    fired = first(tmp_path, "dominance_57:2023-04-03:fired")
    other = replace(fired, id="dominance_57:2023-04-09:fired", vendor="CoinGecko")
    await desk.tell(other)
    said = await desk.ask(f"/why {other.id}")
    assert "The stored values do not show the states around it." in said


async def test_the_first_of_its_kind_had_none_before_it(desk: Desk) -> None:
    said = await desk.ask("/why dominance_57:2023-02-12:fired")
    assert "Earlier firings: none since 2 Jan 2023, when the stored past begins." in said


async def test_a_series_gone_quiet_says_what_was_said_then(desk: Desk, tmp_path: Path) -> None:
    fired = first(tmp_path, "dominance_57:2023-04-03:fired")
    stale = replace(
        fired, id="blind:btc_dominance:2023-04-03T00:00Z:stale", rule="blind", topic="health",
        kind=Kind.STALE, level=None, decided_by=(), decided_at=NOW - timedelta(hours=1),
    )  # fmt: skip
    await desk.tell(stale)
    said = await desk.ask(f"/why {stale.id}")
    assert "Rule: blind rests on no value" in said
    assert "It said:" in said
    assert "--from 2023-08-01 --to 2023-08-01" in said


@pytest.mark.skipif(not HISTORY.is_dir(), reason="the recorded history is not beside this checkout")
async def test_forty_years_of_firings_fit_a_chat(store_client: Client, tmp_path: Path) -> None:
    desk = Desk(store_client)
    await desk.store(recorded())
    fired = first(tmp_path, "dominance_57:2023-04-03:fired")
    for indicator in PARTS.indicators:
        for rule in indicator.rules:
            id_ = f"{rule.id}:2024-12-02:fired"
            await desk.tell(replace(fired, id=id_, rule=rule.id, indicator=indicator.key))
            assert await desk.ask(f"/why {id_}")
