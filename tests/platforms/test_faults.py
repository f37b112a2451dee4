"""The faults: each spoils what it says and nothing else, from order to order."""

import asyncio
from contextlib import suppress

import aiohttp
import pytest

from tests.platforms.client import GONE, Client, until
from tests.platforms.gateway import PATH


@pytest.fixture(params=["telegram", "discord"])
def client(request: pytest.FixtureRequest) -> Client:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Client)
    return found


async def send(client: Client, chat: int) -> int:
    """The status of a send to either platform."""
    on_telegram = not client.platform.api_url.endswith("/v10")
    answer = await (client.tell(chat) if on_telegram else client.post(chat))
    return answer.status


async def test_a_server_error_delivers_nothing(client: Client) -> None:
    client.platform.control({"rates": {"5xx": 1}})
    statuses = {await send(client, chat) for chat in range(1, 30)}
    assert statuses == {500, 502, 503, 504}
    client.platform.control({"rates": {"5xx": 0}})
    assert await send(client, 7) == 200
    counters = await client.look("/counters")
    assert (counters["faults"], counters["delivered"]) == ({"5xx": 29}, 1)


@pytest.mark.parametrize(
    ("fault", "delivered"),
    [("hang_before", 0), ("drop_before", 0), ("hang_after", 1), ("drop_after", 1)],
)
async def test_no_answer_says_nothing_of_the_delivery(
    client: Client, fault: str, delivered: int
) -> None:
    client.platform.control({"rates": {fault: 1}, "hang_seconds": 0.2})
    loop = asyncio.get_running_loop()
    began = loop.time()
    with pytest.raises(GONE):
        await send(client, 7)
    assert (loop.time() - began >= 0.2) == fault.startswith("hang")
    counters = await client.look("/counters")
    assert counters["faults"] == {fault: 1}
    assert (counters["sends"], counters["delivered"]) == (1, delivered)
    assert counters["answers"] == {}
    assert (counters["in_flight"], counters["most_in_flight"]) == (0, 1)


async def test_rates_are_shares(client: Client) -> None:
    client.platform.control({"rates": {"5xx": 0.3, "drop_before": 0.2}})
    for chat in range(1, 401):
        with suppress(*GONE):
            await send(client, chat)
    counters = await client.look("/counters")
    assert 80 < counters["faults"]["5xx"] < 160
    assert 45 < counters["faults"]["drop_before"] < 115
    assert counters["delivered"] == 400 - sum(counters["faults"].values())


async def test_a_storm_takes_one_chat_or_all(client: Client) -> None:
    client.platform.control({"storm": {"seconds": 60, "retry_after": 3, "chats": [7]}})
    assert [await send(client, chat) for chat in (7, 8)] == [429, 200]
    client.platform.control({"storm": {"seconds": 60, "retry_after": 3}})
    assert [await send(client, chat) for chat in (7, 8)] == [429, 429]
    client.platform.control({"storm": {"seconds": 0, "retry_after": 3}})
    assert [await send(client, chat) for chat in (7, 8)] == [429, 200]
    counters = await client.look("/counters")
    assert (counters["limited"], counters["delivered"]) == ({"storm": 4}, 2)


async def test_a_storm_tells_how_long_to_wait(telegram: Client, discord: Client) -> None:
    for client in (telegram, discord):
        client.platform.control({"storm": {"seconds": 60, "retry_after": 2.5, "chats": ["7"]}})
    answer = await telegram.tell(7)
    assert answer.body["parameters"] == {"retry_after": 3}
    answer = await discord.post(7)
    assert (answer.body["retry_after"], answer.body["global"]) == (2.5, False)
    discord.platform.control({"storm": {"seconds": 60, "retry_after": 2.5}})
    assert (await discord.post(7)).body["global"] is True


async def test_down_is_down_altogether(client: Client) -> None:
    assert (await client.operate({"down": True})).status == 200
    assert await send(client, 7) == 502
    assert (await client.rest("GET", "/users/@me")).status == 502
    client.platform.control({"down": False})
    assert await send(client, 7) == 200
    assert (await client.look("/counters"))["faults"] == {"down": 2}


async def test_down_takes_long_polls_along(telegram: Client) -> None:
    async def poll() -> None:
        with pytest.raises(GONE):
            await telegram.call("getUpdates", timeout=9)

    async with asyncio.TaskGroup() as group:
        group.create_task(poll())
        await until(lambda: telegram.platform.stage.counters.requests == 1)
        await telegram.operate({"down": True})


async def test_down_takes_the_gateway_along(discord: Client) -> None:
    async with discord.session.ws_connect(discord.platform.url + PATH) as gateway:
        assert (await gateway.receive_json(timeout=5))["op"] == 10
        await discord.operate({"down": True})
        assert (await gateway.receive(timeout=5)).type is not aiohttp.WSMsgType.TEXT
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await discord.session.ws_connect(discord.platform.url + PATH)
    assert refused.value.status == 502


async def test_telegrams_chats_refuse_and_heal(telegram: Client) -> None:
    telegram.platform.control({"refuse": {"blocked": [1], "vanished": ["2"], "odd": [3]}})
    answers = [await telegram.tell(chat) for chat in (1, 2, 3, 4)]
    assert [(answer.status, answer.body.get("description")) for answer in answers] == [
        (403, "Forbidden: bot was blocked by the user"),
        (400, "Bad Request: chat not found"),
        (400, "Bad Request: CHAT_ODDLY_SHAPED"),
        (200, None),
    ]
    telegram.platform.control({"heal": [1]})
    assert [(await telegram.tell(chat)).status for chat in (1, 2)] == [200, 400]
    counters = await telegram.look("/counters")
    assert counters["refused"] == {"blocked": 1, "vanished": 2, "odd": 1}


async def test_discords_channels_refuse(discord: Client) -> None:
    kinds = ("blocked", "vanished", "no_access", "no_permission")
    discord.platform.control({"refuse": {kind: [at] for at, kind in enumerate(kinds)}})
    answers = [await discord.post(at) for at in range(len(kinds))]
    found = [(answer.status, answer.body["code"]) for answer in answers]
    assert found == [(403, 50007), (404, 10003), (403, 50001), (403, 50013)]


async def test_a_chat_that_moved_is_reached_under_its_new_id(telegram: Client) -> None:
    telegram.platform.control({"migrate": {"-7": -1007}})
    answer = await telegram.tell(-7, "#A1")
    assert answer.status == 400
    assert answer.body["parameters"] == {"migrate_to_chat_id": -1007}
    assert (await telegram.tell(-1007, "#A1")).status == 200
    ledger = await telegram.look("/ledger")
    assert ledger == {"deliveries": 1, "moved": {"-7": "-1007"}, "chats": {"-1007": ["#A1"]}}
    telegram.platform.control({"heal": [-7]})
    assert (await telegram.tell(-7)).status == 200


async def test_latency_stands_between_the_delivery_and_the_answer(client: Client) -> None:
    client.platform.control({"latency_seconds": 0.3})
    async with asyncio.TaskGroup() as group:
        for chat in range(1, 11):
            group.create_task(send(client, chat))
        await until(lambda: client.platform.stage.counters.delivered == 10)
        assert client.platform.stage.counters.in_flight == 10
    counters = await client.look("/counters")
    assert (counters["in_flight"], counters["most_in_flight"]) == (0, 10)


async def test_an_outage_can_refuse_connections(client: Client) -> None:
    await client.platform.stop()
    with pytest.raises(aiohttp.ClientConnectorError):
        await send(client, 7)
    await client.platform.start()
    assert await send(client, 7) == 200


@pytest.mark.parametrize(
    "orders",
    [
        {"rate": {"5xx": 1}},
        {"rates": {"4xx": 1}},
        {"refuse": {"sulking": [1]}},
        {"limits": {"weekly": [1, 1]}},
        {"storm": {"seconds": 1}},
        {"storm": {"seconds": 1, "retry_after": 0}},
        ["down"],
    ],
)
async def test_an_order_that_makes_no_sense_is_refused(client: Client, orders: object) -> None:
    answer = await client.operate(orders)
    assert answer.status == 400
    assert answer.body["error"]


async def test_discord_takes_no_order_that_is_telegrams(discord: Client) -> None:
    assert (await discord.operate({"migrate": {"1": 2}})).status == 400
    assert (await discord.operate({"updates": []})).status == 400
