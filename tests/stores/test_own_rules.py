"""A chat's own rules: numbered, limited, edited in place, forgotten without a trace."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from redis.asyncio import Redis

from bot.model import Chat, KeptRule, OwnRule
from bot.ports import NoSuchRule, TooManyRules
from bot.stores.connect import Client
from bot.stores.own_rules import RedisOwnRules, move_rules
from tests.own.rules import FIFTEEN_SESSIONS, MADE, above, below

CHAT = Chat("telegram", "-1001", "7")
DOMINANCE = OwnRule((below(55),))
BOTH = OwnRule((above(75), below(55)))
RALLY = OwnRule((above(9, "russell_2000", FIFTEEN_SESSIONS),), once=True)


class Clock:
    now = MADE

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def own(store_client: Client) -> RedisOwnRules:
    return RedisOwnRules(store_client, Clock())


async def places(redis: Redis) -> dict[str, list[tuple[str, float]]]:
    """Everything in the index, by the end of its key."""
    found: dict[str, list[tuple[str, float]]] = {}
    for key in sorted([key async for key in redis.scan_iter("{nf}:*:own:*")]):
        if await redis.type(key) == "zset":
            entries: Any = await redis.zrange(key, 0, -1, withscores=True)
            found[key.removeprefix("{nf}:")] = entries
    return found


async def test_rules_get_the_lowest_free_number(own: RedisOwnRules) -> None:
    for number, rule in enumerate([DOMINANCE, BOTH, RALLY], start=1):
        kept = await own.keep(CHAT, rule, holds=[False] * len(rule.conditions), limit=3)
        assert kept == KeptRule(number, rule)
    with pytest.raises(TooManyRules):
        await own.keep(CHAT, OwnRule((below(50),)), holds=[False], limit=3)
    assert await own.forget(CHAT, 2) == BOTH
    kept = await own.keep(CHAT, OwnRule((below(50),)), holds=[False], limit=3)
    assert kept.number == 2
    assert [each.number for each in await own.kept(CHAT)] == [1, 2, 3]
    assert await own.kept(Chat("telegram", "-1001")) == []


async def test_with_a_limit_of_none_nothing_is_kept(own: RedisOwnRules) -> None:
    with pytest.raises(TooManyRules):
        await own.keep(CHAT, DOMINANCE, holds=[False], limit=0)


async def test_what_holds_already_begins_as_firing(own: RedisOwnRules) -> None:
    assert (await own.keep(CHAT, BOTH, holds=[True, True], limit=9)).firing
    assert not (await own.keep(CHAT, BOTH, holds=[True, False], limit=9)).firing
    assert [each.firing for each in await own.kept(CHAT)] == [True, False]


async def test_the_index_finds_each_condition(own: RedisOwnRules, redis: Redis) -> None:
    await own.keep(CHAT, DOMINANCE, holds=[False], limit=9)
    await own.keep(CHAT, BOTH, holds=[True, False], limit=9)
    await own.keep(CHAT, RALLY, holds=[True], limit=9)
    assert await places(redis) == {
        "telegram:own:above:fired:altcoin_season_index": [("2:-1001:7", 75)],
        "telegram:own:above:fired:russell_2000~15s": [("3:-1001:7", 9)],
        "telegram:own:below:armed:btc_dominance": [("1:-1001:7", 55), ("2.1:-1001:7", 55)],
    }
    uses = {"btc_dominance": "2", "altcoin_season_index": "1", "russell_2000~15s": "1"}
    assert await redis.hgetall("{nf}:own:uses") == uses


async def test_what_is_forgotten_leaves_no_trace(own: RedisOwnRules, redis: Redis) -> None:
    until = OwnRule((above(75),), step=5, until=(MADE + timedelta(days=30)).date())
    for rule in (DOMINANCE, BOTH, RALLY, until):
        await own.keep(CHAT, rule, holds=[True] * len(rule.conditions), limit=9)
    for number in (1, 2, 3, 4):
        await own.forget(CHAT, number)
    found = [key async for key in redis.scan_iter("*")]
    assert [key for key in found if ":once:" not in key] == [], "Replies are kept for a minute."
    with pytest.raises(NoSuchRule):
        await own.forget(CHAT, 1)


async def test_a_rule_that_is_edited_keeps_its_number_and_what_it_knows(
    own: RedisOwnRules, redis: Redis
) -> None:
    await own.keep(CHAT, DOMINANCE, holds=[False], limit=9)
    await own.keep(CHAT, BOTH, holds=[True, True], limit=9)
    lower = OwnRule((below(54),))
    assert await own.change(CHAT, 1, lower, holds=[False]) == KeptRule(1, lower)
    often = OwnRule(BOTH.conditions, remind=timedelta(days=1))
    # A condition in its recovery band does not hold, but has not ended either.
    assert await own.change(CHAT, 2, often, holds=[True, False]) == KeptRule(2, often, firing=True)
    assert await own.kept(CHAT) == [KeptRule(1, lower), KeptRule(2, often, firing=True)]
    assert (await places(redis))["telegram:own:below:armed:btc_dominance"] == [("1:-1001:7", 54)]
    with pytest.raises(NoSuchRule):
        await own.change(CHAT, 3, lower, holds=[False])


async def test_a_chat_that_moves_takes_its_rules_along(
    own: RedisOwnRules, store_client: Client, redis: Redis
) -> None:
    new = Chat("telegram", "-1009")
    await own.keep(CHAT, DOMINANCE, holds=[True], limit=9)
    await own.keep(CHAT, BOTH, holds=[False, True], limit=9)
    await move_rules(store_client, CHAT, new)
    assert await own.kept(CHAT) == []
    assert await own.kept(new) == [KeptRule(1, DOMINANCE, firing=True), KeptRule(2, BOTH)]
    assert {entry for key in await places(redis) for entry, _ in (await places(redis))[key]} == {
        "1:-1009", "2:-1009", "2.1:-1009",
    }  # fmt: skip
    assert await redis.hget("{nf}:own:uses", "btc_dominance") == "2"
    await move_rules(store_client, CHAT, new)
    assert len(await own.kept(new)) == 2


async def test_a_chat_that_moves_to_one_with_rules_of_its_own_keeps_all(
    own: RedisOwnRules, store_client: Client
) -> None:
    new = Chat("telegram", "-1009")
    await own.keep(CHAT, DOMINANCE, holds=[False], limit=9)
    await own.keep(CHAT, BOTH, holds=[False, True], limit=9)
    await own.keep(new, RALLY, holds=[False], limit=9)
    await move_rules(store_client, CHAT, new)
    assert [(each.number, each.rule) for each in await own.kept(new)] == [
        (1, RALLY), (2, DOMINANCE), (3, BOTH),
    ]  # fmt: skip


async def test_a_rule_that_nobody_can_read_hides_no_other(
    own: RedisOwnRules, store_client: Client, redis: Redis
) -> None:
    new = Chat("telegram", "-1009")
    await own.keep(CHAT, DOMINANCE, holds=[False], limit=9)
    await redis.hset("{nf}:telegram:own:chat:-1001:7", "2", "?")
    assert await own.kept(CHAT) == [KeptRule(1, DOMINANCE)]
    assert (await own.keep(CHAT, BOTH, holds=[False, False], limit=9)).number == 3
    await move_rules(store_client, CHAT, new)
    assert await own.kept(new) == [KeptRule(1, DOMINANCE), KeptRule(3, BOTH)]
