"""What is news for the operator's chat, and what is not."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.holders import holder_name
from bot.model import Chat, Message, Tone
from bot.operator import followed, may_tell, message, news, sent
from bot.ports import (
    POLLS,
    BlindSeries,
    DeadLetter,
    FailingFeed,
    GivenUp,
    Roles,
    Seen,
    Told,
)

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LONG_AGO = NOON - timedelta(days=3)
ONE = holder_name("one", LONG_AGO, "01")
TWO = holder_name("two", NOON - HOUR, "02")
BLIND = BlindSeries(date(2026, 11, 24), "CoinMarketCap said 503")


def heard(told: Told, seen: Seen) -> tuple[Message | None, Told]:
    """What would be said of a look, and what is noted then."""
    found, after = news(followed(told, seen), seen)
    return (message(found) if found else None), after


def lines(told: Told, seen: Seen) -> Sequence[str]:
    said, _ = heard(told, seen)
    return said.lines if said else ()


def noted(*looks: Seen) -> Told:
    told = Told()
    for seen in looks:
        _, told = heard(told, seen)
    return told


def led_by(holder: str, *, listening: str | None = None, **ended: datetime) -> Seen:
    by_name = {"one": ONE, "two": TWO}
    leaders = {POLLS: holder, "telegram": holder if listening is None else listening}
    return Seen(roles=Roles(leaders, {by_name[name]: at for name, at in ended.items()}))


def letter(job: str, minutes: float, reason: str = "Bad Request") -> DeadLetter:
    return DeadLetter(job, Chat("telegram", "7"), reason, NOON + minutes * MINUTE)


def given_up(*letters: DeadLetter, count: int | None = None) -> Seen:
    newest = sorted(letters, key=lambda each: each.at, reverse=True)
    return Seen(dead={"telegram": GivenUp(newest, len(newest) if count is None else count)})


def test_a_series_is_told_once_as_it_goes_blind_and_once_as_it_sees_again() -> None:
    blind = Seen(blind={"btc_dominance": BLIND})
    assert lines(Told(), blind) == (
        "Blind: Bitcoin dominance, whose last value is of 24 Nov 2026 (CoinMarketCap said 503).",
    )
    told = noted(blind)
    assert lines(told, blind) == ()
    assert lines(told, Seen()) == ("Seeing again: Bitcoin dominance.",)
    assert lines(noted(blind, Seen()), Seen()) == ()


def test_many_are_one_message_that_names_some() -> None:
    many = Seen(blind={f"series_{number}": replace(BLIND, why="") for number in range(11)})
    said, told = heard(Told(), many)
    assert said is not None
    assert said.tone is Tone.BAD
    assert len(said.lines) == 9
    assert said.lines[-1] == "And 3 more that are blind."
    assert lines(told, Seen())[0].endswith("series_5, series_6 and 3 more.")


def test_a_feed_is_told_once_it_has_failed_for_a_day() -> None:
    def failing(hours: float, feed: str = "yahoo/iwm") -> Seen:
        return Seen(failing={feed: FailingFeed(NOON + hours * HOUR, "Yahoo answered 503.")})

    first, nearly, late = failing(0), failing(23.9), failing(24)
    assert lines(noted(first), nearly) == ()
    assert lines(noted(first, nearly), late) == (
        "Failing for more than a day: yahoo/iwm (Yahoo answered 503).",
    )
    assert lines(noted(first, late), failing(30)) == ()
    assert lines(noted(first, late), Seen()) == ("Answering again: yahoo/iwm.",)
    assert lines(noted(first, Seen(), late), failing(25)) == (), "It had answered in between."
    assert lines(noted(first), first) == (), "Nobody asks it any more."


def test_letters_that_were_given_up_are_one_line_a_platform() -> None:
    some = given_up(letter("altseason:2026-11-24:fired", 0), letter("phase:2026-11-25", 1, "no."))
    assert lines(Told(), some) == (
        "Given up on Telegram: 2 letters, 2 in all. The newest: phase:2026-11-25, "
        "2026-11-25 12:01 UTC: no.",
        "python -m bot deliver --redrive sends them again; python -m bot doctor lists them.",
    )
    told = noted(some)
    assert lines(told, some) == ()
    more = given_up(*some.dead["telegram"].newest, letter("x", 2))
    assert lines(told, more)[0].startswith(
        "Given up on Telegram: 1 letter, 3 in all. The newest: x"
    )
    assert lines(told, given_up()) == (), "They are on their way again."


def test_of_more_letters_than_are_looked_at_no_number_is_made_up() -> None:
    many = given_up(*(letter(f"x{number}", number) for number in range(50)), count=312)
    assert lines(Told(), many)[0].startswith(
        "Given up on Telegram: at least 50 letters, 312 in all"
    )


def test_that_our_own_letters_are_given_up_is_told_to_nobody() -> None:
    ours = given_up(letter("operator:41", 1), letter("operator:40", 0))
    assert lines(Told(), ours) == ()
    assert noted(ours).dead == {}
    mixed = given_up(letter("operator:41", 1), letter("x", 0))
    assert lines(Told(), mixed)[0].startswith("Given up on Telegram: 1 letter, 2 in all")
    assert lines(noted(mixed), mixed) == ()


def test_the_first_to_lead_is_no_news_and_no_leader_yet_is_none() -> None:
    assert lines(Told(), led_by("")) == ()
    assert lines(Told(), led_by(ONE)) == ()
    assert lines(noted(led_by(""), led_by(ONE)), led_by(ONE)) == ()


def test_another_process_that_takes_over_is_told_with_the_one_before() -> None:
    (line,) = lines(noted(led_by(ONE)), led_by(TWO))
    assert line == (
        "two (running since 2026-11-25 11:00:00 UTC) polls the sources and listens to Telegram "
        "now; one (running since 2026-11-22 12:00:00 UTC) did before, and fell silent."
    )
    (line,) = lines(noted(led_by(ONE)), led_by(TWO, one=NOON))
    assert line.endswith("did before, and ended in order at 2026-11-25 12:00 UTC.")


def test_who_begins_after_the_one_before_ended_in_order_is_no_news() -> None:
    ended = NOON - 2 * HOUR
    assert lines(noted(led_by(ONE)), led_by("", one=ended)) == ()
    after = noted(led_by(ONE), led_by("", one=ended), led_by(TWO, one=ended))
    assert after.leaders == {POLLS: TWO, "telegram": TWO}
    assert lines(after, led_by(ONE, one=ended)) != (), "This one fell silent."


def test_that_nobody_leads_is_told_and_who_does_again() -> None:
    (line,) = lines(noted(led_by(ONE)), led_by("", listening=ONE))
    assert line == (
        "No process polls the sources; one (running since 2026-11-22 12:00:00 UTC) did, and fell "
        "silent."
    )
    told = noted(led_by(ONE), led_by("", listening=ONE))
    assert lines(told, led_by("", listening=ONE)) == ()
    (line,) = lines(told, led_by(TWO, listening=ONE))
    assert line.endswith("polls the sources now; no process did before.")


def test_whatever_is_over_before_it_is_told_is_no_news() -> None:
    told = noted(led_by(ONE))
    for between in (led_by(TWO), led_by(""), Seen(blind={"btc_dominance": BLIND})):
        followed(told, between)
    assert lines(told, led_by(ONE)) == ()


def test_messages_are_some_minutes_apart_and_a_few_an_hour() -> None:
    told, at = Told(), NOON
    told_at: list[datetime] = []
    while at < NOON + 3 * HOUR:
        if may_tell(told, at):
            told, told_at = sent(told, at), [*told_at, at]
        at += timedelta(seconds=20)
    gaps = [after - before for before, after in pairwise(told_at)]
    assert min(gaps) >= 5 * MINUTE
    assert len(told_at) == 18
    assert len(told.messages) == 6


HOLDERS = st.sampled_from(["", ONE, TWO, "other"])
SEEN = st.builds(
    Seen,
    blind=st.dictionaries(st.sampled_from("abc"), st.just(BLIND)),
    failing=st.dictionaries(
        st.sampled_from("xyz"),
        st.builds(FailingFeed, st.datetimes(timezones=st.just(UTC)), st.just("503")),
    ),
    roles=st.builds(
        Roles,
        st.fixed_dictionaries({POLLS: HOLDERS, "telegram": HOLDERS}),
        st.dictionaries(st.sampled_from([ONE, TWO]), st.just(NOON)),
    ),
)


@given(st.lists(SEEN, max_size=8))
def test_what_was_told_is_never_told_twice(looks: list[Seen]) -> None:
    told = Told()
    for seen in looks:
        _, told = heard(told, seen)
        assert heard(told, seen) == (None, told)


@pytest.mark.parametrize("text", ["x" * 500, "two\nlines  and a \x07"])
def test_a_reason_is_short_and_one_line(text: str) -> None:
    said = lines(Told(), Seen(blind={"btc_dominance": replace(BLIND, why=text)}))
    assert len(said[0]) < 260
    assert "\n" not in said[0]
