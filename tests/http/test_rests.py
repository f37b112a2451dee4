import asyncio

import pytest

from bot.http import Limits, ProviderHttp
from bot.ports import SourceError
from tests.http.provider import Provider, Says
from tests.http.timing import NOW, Time
from tests.providers.gateway import Fault, Gateway
from tests.providers.market import COINGECKO, COINPAPRIKA

URL = f"https://{COINGECKO}/api/v3/global"
PAGE = Says(body=b"<html>")
HALF_AN_HOUR = 1_800.0


async def fails(http: ProviderHttp, url: str, times: int = 1) -> str:
    """Ask so often, in vain; what was said last."""
    for _ in range(times):
        with pytest.raises(SourceError) as failure:
            await http.get(url)
    return str(failure.value)


@pytest.mark.parametrize(
    ("answer", "tries"),
    [
        (PAGE, 1),
        (Says(kind="text/html"), 1),
        (Says(body=b" "), 1),
        (Says(302), 1),
        (Says(500), 3),
        (Says(cut=True), 3),
        (Says(0), 3),
    ],
)
async def test_after_five_failed_requests_in_a_row_a_host_is_left_alone_for_half_an_hour(
    direct: ProviderHttp, provider: Provider, at: Time, answer: Says, tries: int
) -> None:
    provider.say(answer)
    await fails(direct, provider.url, 4)
    assert direct.resting() == {}
    await fails(direct, provider.url)
    assert len(provider.asked) == 5 * tries
    at.seconds += HALF_AN_HOUR - 1
    told = await fails(direct, provider.url, 3)
    assert told == f"{provider.host} failed 5 times in a row and is asked again after 15:30 UTC."
    assert len(provider.asked) == 5 * tries


async def test_a_success_in_between_starts_the_count_anew(
    direct: ProviderHttp, provider: Provider
) -> None:
    provider.say(PAGE, PAGE, PAGE, PAGE, Says(body=b"[1]"), PAGE)
    await fails(direct, provider.url, 4)
    assert await direct.get(provider.url) == b"[1]"
    await fails(direct, provider.url, 4)
    assert direct.resting() == {}
    await fails(direct, provider.url)
    assert provider.host in direct.resting()


async def test_a_failed_probe_lets_the_host_rest_for_as_long_again(
    direct: ProviderHttp, provider: Provider, at: Time
) -> None:
    provider.say(PAGE)
    await fails(direct, provider.url, 5)
    at.seconds += HALF_AN_HOUR
    assert "answered with a page" in await fails(direct, provider.url)
    assert "failed 6 times in a row" in await fails(direct, provider.url)
    at.seconds += HALF_AN_HOUR - 1
    assert "is asked again after 16:00 UTC" in await fails(direct, provider.url)
    assert len(provider.asked) == 6


async def test_only_one_request_probes_while_the_others_wait_for_its_outcome(
    http: ProviderHttp, gateway: Gateway, at: Time
) -> None:
    gateway.fail(COINGECKO, Fault.PAGE_AS_JSON)
    await fails(http, URL, 5)
    at.seconds += 600
    outcomes = await asyncio.gather(*(http.get(URL) for _ in range(4)), return_exceptions=True)
    assert all(isinstance(outcome, SourceError) for outcome in outcomes)
    assert gateway.count(COINGECKO) == 6


async def test_a_probe_that_succeeds_ends_the_rest_for_all(
    direct: ProviderHttp, provider: Provider, at: Time
) -> None:
    provider.say(*[PAGE] * 5, Says(body=b"[1]"), PAGE)
    await fails(direct, provider.url, 5)
    at.seconds += HALF_AN_HOUR
    assert await direct.get(provider.url) == b"[1]"
    await fails(direct, provider.url, 4)
    assert direct.resting() == {}


async def test_a_cancelled_probe_decides_nothing(
    http: ProviderHttp, gateway: Gateway, at: Time
) -> None:
    gateway.fail(COINGECKO, Fault.EMPTY)
    await fails(http, URL, 5)
    at.seconds += 600
    gateway.fail(COINGECKO, Fault.HANG)
    probe = asyncio.create_task(http.get(URL))
    await gateway.reached(COINGECKO, 6)
    probe.cancel()
    with pytest.raises(asyncio.CancelledError):
        await probe
    gateway.heal()
    assert b"57.5" in await http.get(URL)


async def test_being_told_to_wait_is_no_failure(
    direct: ProviderHttp, provider: Provider, at: Time
) -> None:
    provider.say(Says(429, headers={"Retry-After": "60"}))
    assert "wants no request before" in await fails(direct, provider.url, 10)
    assert len(provider.asked) == 1
    at.seconds += 60
    provider.say(PAGE)
    await fails(direct, provider.url, 3)
    assert direct.resting() == {}


async def test_the_break_does_not_cut_a_longer_wish_short(
    direct: ProviderHttp, provider: Provider, at: Time
) -> None:
    provider.say(*[PAGE] * 4, Says(429, headers={"Retry-After": "7200"}))
    await fails(direct, provider.url, 5)
    at.seconds += 7_199
    assert "wants no request before 2026-03-04 17:00:00 UTC" in await fails(direct, provider.url)
    assert len(provider.asked) == 5


async def test_a_host_that_rests_does_not_keep_others_from_being_asked(
    http: ProviderHttp, gateway: Gateway
) -> None:
    gateway.fail(COINGECKO, Fault.EMPTY)
    await fails(http, URL, 6)
    await http.get(f"https://{COINPAPRIKA}/v1/global")
    assert list(http.resting()) == [COINGECKO]


async def test_behind_a_gateway_a_host_rests_for_seconds(gateway: Gateway, at: Time) -> None:
    gateway.fail(COINGECKO, Fault.EMPTY)
    async with ProviderHttp(gateway=gateway.url, monotonic=at.monotonic, sleep=at.sleep) as http:
        assert "failed 5 times" in await fails(http, URL, 6)
        at.seconds += 15
        gateway.heal()
        assert b"57.5" in await http.get(URL)


async def test_with_a_cap_of_nothing_no_host_is_left_alone(gateway: Gateway, at: Time) -> None:
    gateway.fail(COINGECKO, Fault.FORBIDDEN_PAGE)
    async with ProviderHttp(
        gateway=gateway.url,
        forbidden_wait_seconds={COINGECKO: 3_600.0},
        limits=Limits(retries=0),
        backoff_cap_seconds=0.0,
        monotonic=at.monotonic,
        sleep=at.sleep,
    ) as http:
        assert "answered 403 with HTML" in await fails(http, URL, 12)
        gateway.fail(COINGECKO, Fault.TOO_MANY)
        await fails(http, URL, 12)
    assert gateway.count(COINGECKO) == 24


@pytest.mark.parametrize("status", [403, 451])
async def test_a_host_that_forbids_our_requests_is_left_alone_for_its_own_time(
    direct: ProviderHttp, provider: Provider, at: Time, status: int
) -> None:
    provider.say(Says(status))
    told = f"{provider.host} answered {status} and is left alone until 2026-03-04 16:00:00 UTC."
    assert await fails(direct, provider.url) == told
    at.seconds += 3_599
    assert await fails(direct, provider.url) == told
    assert len(provider.asked) == 1
    at.seconds += 1
    provider.say(Says(body=b"[1]"))
    assert await direct.get(provider.url) == b"[1]"


async def test_a_403_of_a_host_without_such_a_time_is_only_a_failure(
    provider: Provider, at: Time
) -> None:
    provider.say(Says(403))
    async with ProviderHttp(monotonic=at.monotonic, sleep=at.sleep) as http:
        assert await fails(http, provider.url, 2) == f"{provider.host} answered 403."
    assert len(provider.asked) == 2


async def test_it_can_be_seen_who_rests_and_until_when(
    direct: ProviderHttp, provider: Provider, at: Time
) -> None:
    assert direct.resting() == {}
    provider.say(Says(429, headers={"Retry-After": "60"}))
    await fails(direct, provider.url)
    assert direct.resting() == {provider.host: NOW.replace(minute=1)}
    at.seconds += 60
    assert direct.resting() == {}


@pytest.mark.parametrize("status", [400, 404, 410])
async def test_a_page_that_is_not_there_closes_no_host(
    direct: ProviderHttp, provider: Provider, status: int
) -> None:
    provider.say(Says(status))
    for _ in range(8):
        await fails(direct, provider.url)
    assert direct.resting() == {}
