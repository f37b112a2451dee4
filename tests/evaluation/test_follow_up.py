"""Day 130 after a breakout."""

from datetime import date, datetime, timedelta

from bot.calendar import final_at, is_session
from bot.evaluation.follow_up import FOLLOW_UP, moments
from bot.model import Alert, Cadence, Kind, Status
from tests.evaluation.days import Market, day, midnight

SESSIONS = [d for d in map(day, range(300)) if is_session(d)]
BROKEN = 2500.0


def broken_out(market: Market, *, looked: bool = True) -> date:
    """A record, a deep fall, and two closes above the record; returns the day of the second."""
    market.write("russell_2000", SESSIONS[0], BROKEN)
    market.write("russell_2000", SESSIONS[1], 2200.0)
    if looked:
        market.look(midnight(SESSIONS[1]))
    for on, value in ((SESSIONS[2], 2510.0), (SESSIONS[3], 2520.0)):
        market.write("russell_2000", on, value)
    return SESSIONS[3]


def moment_of(episode: date) -> datetime:
    return final_at(Cadence.NYSE_SESSION, episode) + timedelta(days=130)


def notes(found: list[Alert]) -> list[Alert]:
    return [each for each in found if each.rule == FOLLOW_UP]


def test_day_130_is_told_once_on_its_day() -> None:
    market = Market()
    episode = broken_out(market)
    assert notes(market.news(midnight(episode))) == []
    moment = moment_of(episode)
    assert list(moments(market.states)) == [moment]
    market.write("russell_2000", SESSIONS[90], 2600.0)
    assert notes(market.news(moment - timedelta(seconds=1))) == []
    (note,) = notes(market.news(moment))
    assert (note.id, note.topic, note.kind) == (
        f"breakout_follow_up:{episode}:fired", "breakout", Kind.FIRED,
    )  # fmt: skip
    assert (note.day, note.value, note.level) == (moment.date(), 2600.0, BROKEN)
    assert notes(market.news(moment + timedelta(days=1))) == []
    assert list(moments(market.states)) == []


def test_it_says_what_followed_and_what_did_not() -> None:
    market = Market()
    episode = broken_out(market)
    market.look(midnight(episode))
    for number in range(10, 140):
        fell = number > 100
        market.write("btc_dominance", day(number), 54.0 if fell else 58.0)
        market.write("altcoin_season_index", day(number), 40.0)
        market.look(midnight(day(number)))
    (note,) = [each for each in market.told if each.rule == FOLLOW_UP]
    assert (
        note.message.title == "Day 130 after the breakout: one follower has come, the other has not"
    )
    text = "\n".join(note.message.lines)
    assert "Has not followed: the Altcoin Season Index at altseason; it is at 40 (vendor" in text
    assert f"on {day(102).day} Apr 2025; it is at 54.00 % (vendor" in text
    assert "record close of 2,500.00 (2 Jan 2025) on 7 Jan 2025" in text


def test_a_breakout_that_failed_is_named_so() -> None:
    market = Market()
    episode = broken_out(market)
    market.look(midnight(episode))
    for on in SESSIONS[4:6]:
        market.write("russell_2000", on, 2400.0)
    market.look(midnight(SESSIONS[5]))
    (note,) = notes(market.news(moment_of(episode)))
    assert "That breakout has failed since." in note.message.lines[0]


def test_a_breakout_from_before_the_first_start_is_followed_only_if_its_day_is_to_come() -> None:
    young, old = Market(), Market()
    episode = broken_out(young, looked=False)
    broken_out(old, looked=False)
    young.look(midnight(episode))
    assert len(notes(young.news(moment_of(episode)))) == 1
    assert notes(old.news(moment_of(episode) + timedelta(days=3))) == []
    key = f"{FOLLOW_UP}/{episode}"
    assert old.states[key].status is Status.FIRING


def test_a_note_missed_in_a_downtime_is_labelled_late() -> None:
    market = Market()
    episode = broken_out(market)
    market.look(midnight(episode))
    quiet, late = notes(market.news(moment_of(episode) + timedelta(days=20)))
    assert (quiet.quiet, late.kind) == (True, Kind.LATE)
    assert "Day 130 after the breakout" in late.message.title


def test_the_episode_expires_on_day_270_without_a_word() -> None:
    market = Market()
    episode = broken_out(market)
    market.look(midnight(episode))
    expiry = final_at(Cadence.NYSE_SESSION, episode) + timedelta(days=270)
    key = f"{FOLLOW_UP}/{episode}"
    assert notes(market.news(expiry)) == [], "Whoever slept so long is told nothing of day 130."
    assert market.states[key].status is Status.NORMAL


def test_a_breakout_that_a_revision_undid_gets_no_note() -> None:
    market = Market()
    episode = broken_out(market)
    market.look(midnight(episode))
    market.write("russell_2000", episode, 2450.0)
    withdrawn = [e for e in market.news(midnight(episode)) if e.rule == "russell_breakout"]
    assert [each.withdrawn for each in withdrawn] == [True]
    assert notes(market.news(moment_of(episode))) == []


def test_what_was_true_before_the_breakout_and_still_is_has_not_failed_to_follow() -> None:
    market = Market()
    for number in range(5):
        market.write("btc_dominance", day(number), 54.0 if number > 1 else 58.0)
        market.look(midnight(day(number)))
    episode = broken_out(market)
    for number in range(5, 140):
        market.write("btc_dominance", day(number), 52.0)
        market.look(midnight(day(number)))
    (note,) = [each for each in market.told if each.rule == FOLLOW_UP]
    assert (
        note.message.title == "Day 130 after the breakout: one follower has come, the other has not"
    )
    assert f"True since {day(3).day} Jan 2025, before the breakout" in note.message.lines[2]
    assert episode > day(4)


def test_a_note_waits_while_nobody_tells_the_leaders_value() -> None:
    market, restarted = Market(), Market()
    episode = broken_out(market)
    market.look(midnight(episode))
    restarted.states = market.states
    assert restarted.news(moment_of(episode)) == []
    restarted.write("russell_2000", SESSIONS[90], 2600.0)
    assert len(notes(restarted.news(moment_of(episode) + timedelta(hours=1)))) == 1
