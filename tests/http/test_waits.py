import pytest

from bot.http import BACKOFFS, LONGEST_WAIT_SECONDS, Limits, ProviderHttp, named_wait_seconds
from bot.ports import SourceError
from tests.http.timing import NOW, Time
from tests.providers.gateway import Fault, Gateway
from tests.providers.market import COINGECKO, COINPAPRIKA, YAHOO

URL = f"https://{COINGECKO}/api/v3/global"


async def test_a_short_retry_after_is_waited_for(
    http: ProviderHttp, gateway: Gateway, at: Time
) -> None:
    gateway.fail(COINGECKO, Fault.TOO_MANY, times=1, retry_after="7")
    assert b"57.5" in await http.get(URL)
    assert at.slept == [7.0]


async def test_a_long_retry_after_silences_the_host_and_no_other_until_it_is_over(
    http: ProviderHttp, gateway: Gateway, at: Time
) -> None:
    gateway.fail(COINGECKO, Fault.TOO_MANY, times=1, retry_after="Wed, 04 Mar 2026 15:02:00 GMT")
    told = r"^api\.coingecko\.com answered 429 and wants no request before 2026-03-04 15:02:00 UTC"
    with pytest.raises(SourceError, match=told):
        await http.get(URL)
    at.seconds += 119
    with pytest.raises(SourceError, match=r"wants no request before 2026-03-04 15:02:00 UTC\.$"):
        await http.get(URL)
    assert gateway.count(COINGECKO) == 1
    await http.get(f"https://{COINPAPRIKA}/v1/global")
    at.seconds += 1
    assert b"57.5" in await http.get(URL)
    assert gateway.count(COINGECKO) == 2
    assert at.slept == []


async def test_a_429_without_a_time_backs_off_further_each_time_until_an_answer_comes(
    http: ProviderHttp, gateway: Gateway, at: Time
) -> None:
    gateway.fail(COINGECKO, Fault.TOO_MANY)
    for wait in (22.5, 37.5, 67.5):
        with pytest.raises(SourceError, match="answered 429 and wants no request before"):
            await http.get(URL)
        at.seconds += wait - 1
        with pytest.raises(SourceError, match=r"coingecko\.com wants no request before"):
            await http.get(URL)
        at.seconds += 1
    assert gateway.count(COINGECKO) == 3
    gateway.heal()
    await http.get(URL)
    gateway.fail(COINGECKO, Fault.TOO_MANY)
    with pytest.raises(SourceError, match="answered 429"):
        await http.get(URL)
    at.seconds += 22.5
    gateway.heal()
    assert b"57.5" in await http.get(URL)


async def test_the_backoff_can_be_capped(gateway: Gateway, at: Time) -> None:
    gateway.fail(COINGECKO, Fault.TOO_MANY, times=2)
    async with ProviderHttp(
        gateway=gateway.url,
        limits=Limits(retry_pause_seconds=0.01),
        backoff_cap_seconds=0.5,
        monotonic=at.monotonic,
        sleep=at.sleep,
    ) as http:
        assert b"57.5" in await http.get(URL)
    assert at.slept == [0.5, 0.5]


def test_yahoo_is_left_alone_for_a_quarter_of_an_hour_at_least_and_six_hours_at_most() -> None:
    backoff = BACKOFFS[YAHOO]
    assert backoff.seconds(1, 0.0) == 900.0
    assert backoff.seconds(1, 0.999) < 1_800.0
    assert backoff.seconds(10_000, 1.0) == 21_600.0


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        ("Wed, 04 Mar 2026 15:00:30 GMT", 30.0),
        ("Wed, 04 Mar 2026 14:00:00 GMT", 0.0),
        ("9" * 5_000, LONGEST_WAIT_SECONDS),
        ("Fri, 04 Mar 2253 15:00:30 GMT", LONGEST_WAIT_SECONDS),
        ("", None),
        ("-5", None),
        ("²", None),
        ("soon", None),
        ("Wed, 99 Mar 99999 99:00:30 GMT", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(
    retry_after: str, seconds: float | None
) -> None:
    assert named_wait_seconds(retry_after, NOW) == seconds


async def test_two_requests_to_a_host_are_spaced_and_two_hosts_are_not(
    gateway: Gateway, at: Time
) -> None:
    port = gateway.url.rpartition(":")[2]
    slow, free = f"127.0.0.1:{port}", f"localhost:{port}"
    async with ProviderHttp(
        spacing_seconds={slow: 10.0}, monotonic=at.monotonic, sleep=at.sleep
    ) as http:
        await http.get(f"http://{slow}/{COINGECKO}/api/v3/global")
        await http.get(f"http://{free}/{COINGECKO}/api/v3/global")
        assert at.slept == []
        at.seconds += 4
        await http.get(f"http://{slow}/{COINGECKO}/api/v3/global")
    assert at.slept == [6.0]


async def test_a_retry_keeps_the_spacing_too(gateway: Gateway, at: Time) -> None:
    host = gateway.url.removeprefix("http://")
    gateway.fail(COINGECKO, Fault.SERVER_ERROR, times=1)
    async with ProviderHttp(
        spacing_seconds={host: 10.0}, monotonic=at.monotonic, sleep=at.sleep
    ) as http:
        await http.get(f"http://{host}/{COINGECKO}/api/v3/global")
    assert at.slept == [10.0]


async def test_behind_a_gateway_nothing_is_spaced(gateway: Gateway, at: Time) -> None:
    async with ProviderHttp(
        gateway=gateway.url,
        spacing_seconds={COINGECKO: 10.0},
        monotonic=at.monotonic,
        sleep=at.sleep,
    ) as http:
        await http.get(URL)
        await http.get(URL)
    assert at.slept == []
