"""The limits: how many pass in what span, and what those beyond are told."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.platforms.client import Answer, Client
from tests.platforms.limits import Bucket, Limits, SlidingWindow

ARRIVALS = st.lists(
    st.tuples(st.integers(0, 40).map(lambda tenths: tenths / 8), st.sampled_from("ab")),
    max_size=60,
)


def statuses(answers: Sequence[Answer]) -> list[int]:
    return [answer.status for answer in answers]


@given(ARRIVALS)
def test_no_span_of_a_sliding_window_holds_more_than_its_count(
    arrivals: list[tuple[float, str]],
) -> None:
    window = SlidingWindow(3, 1.0)
    admitted: list[tuple[float, str]] = []
    for at, key in sorted(arrivals):
        recent = sum(key == other and at - 1.0 < when for when, other in admitted)
        wait = window.wait_seconds(key, at)
        assert (wait == 0) == (recent < 3)
        if wait:
            assert 0 < wait <= 1.0
            assert min(
                when for when, other in admitted[-60:] if other == key and when > at - 1.0
            ) == (at + wait - 1.0)
        else:
            window.admit(key, at)
            admitted.append((at, key))
    window.wait_seconds("a", 100.0)
    assert (len(window._admitted), window._used) == (0, {})


def test_a_bucket_is_emptied_at_once_and_not_bit_by_bit() -> None:
    bucket = Bucket(2, 5.0)
    for now in (10.0, 14.0):
        assert bucket.wait_seconds("a", now) == 0
        bucket.admit("a", now)
    assert (bucket.remaining("a", 14.5), bucket.wait_seconds("a", 14.5)) == (0, 0.5)
    assert bucket.wait_seconds("b", 14.5) == 0
    assert (bucket.remaining("a", 15.0), bucket.wait_seconds("a", 15.0)) == (2, 0)
    assert bucket._opened == {}


def test_what_one_limit_refuses_takes_no_room_in_another() -> None:
    limits = Limits({"all": (SlidingWindow, 2, 1.0), "one": (SlidingWindow, 1, 2.0)}, on=True)
    assert limits.full({"all": "", "one": "a"}, 0.0) is None
    for _ in range(5):
        assert limits.full({"all": "", "one": "a"}, 0.5) == ("one", 1.5)
    assert limits.full({"all": "", "one": "b"}, 0.5) is None
    assert limits.full({"all": "", "one": "c"}, 0.5) == ("all", 0.5)


async def test_telegram_counts_overall_and_paid_apart(telegram: Client) -> None:
    telegram.platform.control({"limits": {"overall": [3, 60], "paid": [2, 30]}})
    free = [await telegram.tell(chat) for chat in range(1, 6)]
    paid = [await telegram.tell(chat, allow_paid_broadcast=True) for chat in range(1, 5)]
    assert statuses(free) == [200, 200, 200, 429, 429]
    assert statuses(paid) == [200, 200, 429, 429]
    assert free[-1].body == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 60",
        "parameters": {"retry_after": 60},
    }
    counters = await telegram.look("/counters")
    assert counters["limited"] == {"overall": 2, "paid": 2}
    assert (counters["sends"], counters["delivered"]) == (9, 5)


async def test_telegram_knows_private_chats_from_groups(telegram: Client) -> None:
    telegram.platform.control({"limits": {"private": [1, 60], "group": [2, 60]}})
    assert statuses([await telegram.tell(7) for _ in range(2)]) == [200, 429]
    assert statuses([await telegram.tell(8)]) == [200]
    assert statuses([await telegram.tell(-1007) for _ in range(3)]) == [200, 200, 429]
    limited = (await telegram.look("/counters"))["limited"]
    assert limited == {"private": 1, "group": 1}


async def test_the_usual_limits_are_those_of_the_platforms(
    telegram: Client, discord: Client
) -> None:
    assert telegram.platform.control({"limits": True})["limits"] == {
        "overall": (30, 1.0),
        "paid": (1000, 1.0),
        "private": (1, 1.0),
        "group": (20, 60.0),
    }
    limits = discord.platform.control({"limits": True})["limits"]
    assert limits == {"global": (50, 1.0), "channel": (5, 5.0)}
    one_off = discord.platform.control({"limits": {"global": None}})["limits"]
    assert one_off == {"global": None, "channel": (5, 5.0)}


async def test_a_limit_that_is_over_lets_pass_again(telegram: Client) -> None:
    telegram.platform.control({"limits": {"private": [1, 0.2]}})
    loop_of_answers = [await telegram.tell(7)]
    while loop_of_answers[-1].status != 200 or len(loop_of_answers) == 1:
        loop_of_answers.append(await telegram.tell(7))
    counters = await telegram.look("/counters")
    assert counters["delivered"] == 2
    assert counters["limited"]["private"] == len(loop_of_answers) - 2 > 0


async def test_discord_tells_its_channel_limit_with_every_answer(discord: Client) -> None:
    discord.platform.control({"limits": {"channel": [2, 60]}})
    answers = [await discord.post(5) for _ in range(3)]
    assert statuses(answers) == [200, 200, 429]
    remaining = [answer.headers["X-RateLimit-Remaining"] for answer in answers]
    assert remaining == ["1", "0", "0"]
    last = answers[-1]
    assert {name: last.headers[name] for name in ("Via", "X-RateLimit-Scope", "Content-Type")} == {
        "Via": "1.1 google",
        "X-RateLimit-Scope": "user",
        "Content-Type": "application/json",
    }
    assert last.body["global"] is False
    assert 50 < last.body["retry_after"] <= 60
    assert last.body["retry_after"] == pytest.approx(
        float(last.headers["X-RateLimit-Reset-After"]), abs=5
    )
    assert statuses([await discord.post(6)]) == [200]
    assert (await discord.look("/counters"))["limited"] == {"channel": 1}


async def test_discord_counts_every_request_in_its_global_limit(discord: Client) -> None:
    discord.platform.control({"limits": {"global": [3, 60]}})
    answers = [await discord.post(1), await discord.rest("GET", "/users/@me")]
    answers += [await discord.post(channel) for channel in (2, 3)]
    assert statuses(answers) == [200, 200, 200, 429]
    assert answers[-1].body["global"] is True
    assert answers[-1].headers["X-RateLimit-Global"] == "true"
    assert answers[-1].headers["X-RateLimit-Scope"] == "global"
    assert (await discord.rest("GET", "/users/@me")).status == 429
    assert (await discord.look("/counters"))["limited"] == {"global": 2}
