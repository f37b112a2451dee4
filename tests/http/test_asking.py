import asyncio
import traceback

import pytest

from bot.http import Limits, ProviderHttp
from bot.ports import SourceError
from tests.http.provider import Provider, Says
from tests.http.timing import NOW, Time
from tests.providers.gateway import Fault, Gateway
from tests.providers.market import COINGECKO, COINPAPRIKA, YAHOO

URL = f"https://{COINGECKO}/api/v3/global"


async def test_a_request_reaches_the_gateway_under_its_own_host_with_its_escapes_intact(
    http: ProviderHttp, gateway: Gateway
) -> None:
    gateway.market.closes["^RUT"] = [(NOW.date(), 2_400.0)]
    await http.get(
        f"https://{YAHOO}/v8/finance/chart/%5ERUT?interval=1d",
        params={"period1": "0", "period2": "9999999999", "note": "a b/c&d=e"},
    )
    (asked,) = gateway.asked
    assert asked.host == YAHOO
    assert asked.target == (
        "/v8/finance/chart/%5ERUT?interval=1d&period1=0&period2=9999999999&note=a%20b%2Fc%26d%3De"
    )


async def test_without_a_gateway_the_host_itself_is_asked(gateway: Gateway) -> None:
    async with ProviderHttp() as http:
        body = await http.get(f"{gateway.url}/{COINGECKO}/api/v3/global")
    assert b"57.5" in body
    assert gateway.asked[0].target == "/api/v3/global"


async def test_we_name_ourselves_and_say_what_we_accept(
    http: ProviderHttp, gateway: Gateway
) -> None:
    await http.get(URL, headers={"X-Key": "k"})
    headers = gateway.asked[0].headers
    assert headers["User-Agent"].startswith("Mozilla/5.0 (compatible; altseason-bot/")
    assert headers["Accept"] == "application/json"
    assert headers["X-Key"] == "k"


async def test_a_passing_failure_is_tried_again(http: ProviderHttp, gateway: Gateway) -> None:
    gateway.fail(COINGECKO, Fault.SERVER_ERROR, times=2)
    assert b"57.5" in await http.get(URL)
    assert gateway.count(COINGECKO) == 3


async def test_two_retries_with_growing_pauses_and_then_we_give_up(
    http: ProviderHttp, gateway: Gateway, at: Time
) -> None:
    gateway.fail(COINGECKO, Fault.SERVER_ERROR)
    with pytest.raises(SourceError, match=r"^api\.coingecko\.com answered 500\.$"):
        await http.get(URL)
    assert gateway.count(COINGECKO) == 3
    assert at.slept == [0.005, 0.01]


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (Fault.CUT, "api.coingecko.com broke off in the middle of its answer."),
        (Fault.GARBAGE, "api.coingecko.com hung up without a proper answer."),
        (Fault.HANG, "api.coingecko.com did not answer in time."),
    ],
)
async def test_a_broken_connection_is_tried_again_and_told_in_one_sentence(
    hasty: ProviderHttp, gateway: Gateway, fault: Fault, sentence: str
) -> None:
    gateway.fail(COINGECKO, fault)
    with pytest.raises(SourceError) as failure:
        await hasty.get(URL)
    assert str(failure.value) == sentence
    assert gateway.count(COINGECKO) == 3


async def test_a_gateway_with_an_impossible_address_is_a_source_error() -> None:
    async with ProviderHttp(gateway="http://127.0.0.1:99999") as http:
        with pytest.raises(SourceError, match=r"^The address to ask api\.coingecko\.com at cannot"):
            await http.get(URL)


async def test_no_retry_starts_later_than_the_poll_can_wait(gateway: Gateway, at: Time) -> None:
    gateway.fail(COINGECKO, Fault.SERVER_ERROR)
    limits = Limits(retry_pause_seconds=30.0, retry_within_seconds=12.0)
    async with ProviderHttp(
        gateway=gateway.url,
        limits=limits,
        monotonic=at.monotonic,
        sleep=at.sleep,
        jitter=lambda: 0.5,
    ) as http:
        with pytest.raises(SourceError):
            await http.get(URL)
    assert gateway.count(COINGECKO) == 1
    assert at.slept == []


async def test_a_host_is_asked_one_thing_at_a_time(http: ProviderHttp, gateway: Gateway) -> None:
    gateway.delay_seconds = 0.02
    await asyncio.gather(*(http.get(URL) for _ in range(4)))
    assert gateway.count(COINGECKO) == 4
    assert gateway.most_at_once[COINGECKO] == 1


async def test_hosts_do_not_wait_for_each_other(http: ProviderHttp, gateway: Gateway) -> None:
    gateway.fail(COINGECKO, Fault.HANG, times=1)
    slow = asyncio.create_task(http.get(URL))
    await gateway.reached(COINGECKO, 1)
    await http.get(f"https://{COINPAPRIKA}/v1/global")
    assert not slow.done()
    slow.cancel()
    with pytest.raises(asyncio.CancelledError):
        await slow


async def test_cancelling_a_request_passes_through_and_frees_the_host(
    http: ProviderHttp, gateway: Gateway
) -> None:
    gateway.fail(COINGECKO, Fault.HANG, times=1)
    task = asyncio.create_task(http.get(URL))
    await gateway.reached(COINGECKO, 1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert b"57.5" in await http.get(URL)


async def test_no_failure_shows_the_query_even_in_its_traceback(
    hasty: ProviderHttp, gateway: Gateway, at: Time
) -> None:
    key = "s" + "3cret"
    for fault in set(Fault) - {Fault.BOMB, Fault.ENDLESS}:
        gateway.fail(COINGECKO, fault)
        before = gateway.count(COINGECKO)
        with pytest.raises(SourceError) as failure:
            await hasty.get(URL, params={"key": key}, headers={"X-Key": key})
        assert key not in "".join(traceback.format_exception(failure.value))
        assert gateway.count(COINGECKO) > before
        at.seconds += 600
    assert key in gateway.asked[0].target


async def test_nobody_listening_is_a_source_error() -> None:
    async with ProviderHttp(limits=Limits(retry_pause_seconds=0.01)) as http:
        with pytest.raises(SourceError, match=r"^127\.0\.0\.1:1 could not be reached\.$"):
            await http.get("http://127.0.0.1:1/api?key=secret")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 418, 451])
async def test_a_refusal_that_will_not_pass_is_not_asked_for_again(
    direct: ProviderHttp, provider: Provider, status: int
) -> None:
    provider.say(Says(status))
    with pytest.raises(SourceError, match=f"answered {status}"):
        await direct.get(provider.url)
    assert len(provider.asked) == 1


@pytest.mark.parametrize("status", [408, 425, 429, 500, 503, 599])
async def test_a_refusal_that_may_pass_is_asked_for_again(
    direct: ProviderHttp, provider: Provider, status: int
) -> None:
    provider.say(Says(status, headers={"Retry-After": "0"}), Says(body=b"[1]"))
    assert await direct.get(provider.url) == b"[1]"
    assert len(provider.asked) == 2


async def test_a_header_that_cannot_be_sent_is_a_source_error_without_its_text(
    direct: ProviderHttp, provider: Provider
) -> None:
    key = "s" + "3cret"
    with pytest.raises(SourceError) as failure:
        await direct.get(provider.url, headers={"X-Key": f"{key}\nHost: elsewhere"})
    assert key not in "".join(traceback.format_exception(failure.value))
    assert provider.asked == []


async def test_a_request_that_never_gets_its_turn_gives_up(gateway: Gateway) -> None:
    gateway.fail(COINGECKO, Fault.HANG)
    async with ProviderHttp(gateway=gateway.url, limits=Limits(turn_seconds=0.05)) as http:
        slow = asyncio.create_task(http.get(URL))
        await gateway.reached(COINGECKO, 1)
        with pytest.raises(SourceError, match="was busy with our other requests"):
            await http.get(URL)
        assert not slow.done()
        slow.cancel()
        with pytest.raises(asyncio.CancelledError):
            await slow
        gateway.heal()
        assert b"57.5" in await http.get(URL)
    assert gateway.count(COINGECKO) == 2
