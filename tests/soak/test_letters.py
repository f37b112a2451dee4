"""The judge of what arrived is told what a broken delivery would have done, and has to notice."""

import pytest
from redis.asyncio import Redis

from bot.model import Chat
from bot.stores.connect import Client
from tests.soak import letters, swings
from tests.soak.clock import START
from tests.soak.crowd import Habit, Member, members
from tests.soak.letters import Delivered, Job, judged
from tests.soak.market import SWINGS

ADA = Member(Chat("telegram", "5"), Habit.LISTENS, 76_000.0, 20_000.0)
GROUP = Member(Chat("telegram", "-5"), Habit.MOVES, 76_000.0, 20_000.0)
DOMINANCE = Job("d", "dominance", "", "Dominance below 57: 56.90")
PRICE = Job("own:telegram:5:1:2041:fired", "", "5", "Price above 76,000: 76,012.3")
ALL = [DOMINANCE, PRICE]


def heard(*texts: str, who: Member = ADA) -> Delivered:
    return judged([who], ALL, {who.chat.id: texts}, {})


def test_all_is_well_alone_and_together() -> None:
    alone = heard(f"{DOMINANCE.title}\nwhy", f"{PRICE.title}\nwhy")
    assert alone == heard(f"{PRICE.title}\nwhy\n\n{DOMINANCE.title}\nwhy")
    assert alone == Delivered(expected=2)


def test_what_was_held_back_counts_where_it_is_told_with_its_time() -> None:
    rows = f"While this was muted: 2 alerts\n2041-03-05 08:00 UTC: {DOMINANCE.title}\nfacts"
    assert heard(rows, PRICE.title) == Delivered(expected=2)


def test_what_did_not_arrive_is_lost() -> None:
    assert heard(DOMINANCE.title) == Delivered(expected=2, lost=1)
    assert judged([ADA], ALL, {}, {}) == Delivered(expected=2, lost=2)


def test_a_title_that_is_only_spoken_of_is_no_alert() -> None:
    assert heard(f"You muted {DOMINANCE.title}", PRICE.title).lost == 1


def test_two_alerts_of_one_title_must_both_arrive() -> None:
    twice = [DOMINANCE, Job("d2", "dominance", "", DOMINANCE.title)]
    assert judged([ADA], twice, {"5": [DOMINANCE.title]}, {}).lost == 1
    assert judged([ADA], twice, {"5": [DOMINANCE.title] * 2}, {}) == Delivered(expected=2)


def test_copies_and_other_peoples_alerts_are_counted() -> None:
    assert heard(*[DOMINANCE.title] * 3, PRICE.title) == Delivered(expected=2, copies=2)
    stranger = judged([GROUP], ALL, {"-5": [DOMINANCE.title, PRICE.title]}, {})
    assert stranger == Delivered(expected=1, unasked=1)


def test_a_group_that_moved_is_heard_at_both_its_ids() -> None:
    its_own = Job("own:telegram:-5:1:2041:fired", "", "-5", "Price above 77,000: 77,001.0")
    received = {"-5": [DOMINANCE.title], "-7": [its_own.title]}
    assert judged([GROUP], [DOMINANCE, its_own], received, {"-5": "-7"}) == Delivered(expected=2)


async def test_jobs_are_read_as_the_outbox_keeps_them(redis: Redis, store_client: Client) -> None:
    body = '{"title":"Dominance below 57: 56.90","lines":[]}'
    await redis.hset("{nf}:telegram:job:d", mapping={"topic": "dominance", "body": body})
    await redis.hset("{nf}:telegram:job:digest:5:1", mapping={"to": "5", "body": body})
    assert await letters.jobs(redis, "telegram") == [DOMINANCE]
    assert await letters.jobs(redis, "discord") == []


def _fired(times: int) -> list[Job]:
    return [Job(f"own:telegram:5:1:{n}:fired", "", "5", str(n)) for n in range(times)]


@pytest.mark.parametrize(("fired", "missed", "invented"), [(3, 0, 0), (1, 2, 0), (5, 0, 2)])
def test_the_market_says_how_often_an_alert_must_have_fired(
    fired: int, missed: int, invented: int
) -> None:
    end = START + 3 * SWINGS["btc_price"].period
    found = swings.judged([ADA], _fired(fired), swings.Span(START, end, end), {})
    assert (found.least, found.most, found.fired) == (3, 3, fired)
    assert (found.missed, found.invented) == (missed, invented)


def test_a_crossing_at_the_end_may_have_been_seen_or_not() -> None:
    swing = SWINGS["btc_price"]
    crossed = next(
        at for n in range(2_000) if swing.at(at := START + n * swing.period / 2_000) >= ADA.price
    )
    for fired in (0, 1):
        span = swings.Span(START, START, crossed)
        found = swings.judged([ADA], _fired(fired), span, {})
        assert (found.least, found.most, found.missed, found.invented) == (0, 1, 0, 0)


def test_what_a_group_heard_after_it_moved_counts() -> None:
    end = START + SWINGS["btc_price"].period
    jobs = [Job("own:telegram:-7:1:0:fired", "", "-7", "0")]
    assert swings.judged([GROUP], jobs, swings.Span(START, end, end), {"-5": "-7"}).missed == 0


def test_levels_are_crossed_one_after_the_other_and_never_hold_at_the_beginning() -> None:
    crowd = members()
    price = SWINGS["btc_price"]
    assert len({each.chat.member for each in crowd}) == len(crowd)
    assert all(price.level < each.price < price.level + price.by for each in crowd)
    assert {each.habit for each in crowd} == set(Habit)
