import asyncio
import traceback
import tracemalloc
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.http import BACKOFFS, LONGEST_WAIT_SECONDS, Limits, ProviderHttp, named_wait_seconds
from bot.ports import SourceError
from tests.providers.gateway import Fault, Gateway
from tests.providers.market import COINGECKO, COINPAPRIKA, YAHOO, Market

URL = f"https://{COINGECKO}/api/v3/global"
BRISK = Limits(retry_pause_seconds=0.01)
HASTY = Limits(total_seconds=0.3, retry_pause_seconds=0.01)
NOW = datetime(2026, 3, 4, 15, tzinfo=UTC)


class Time:
    """A clock that only sleeping moves; it notes every sleep worth the name."""

    def __init__(self) -> None:
        self.seconds = 1_000.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.seconds - 1_000.0)

    async def sleep(self, seconds: float) -> None:
        if seconds > 0:
            self.slept.append(round(seconds, 6))
            self.seconds += seconds
        await asyncio.sleep(0)


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    async with Gateway(Market(dominance={COINGECKO: 57.5, COINPAPRIKA: 55.5})) as running:
        yield running


@pytest.fixture
def at() -> Time:
    return Time()


def client(gateway: Gateway, at: Time, limits: Limits) -> ProviderHttp:
    """A client whose pauses cost no real time; the jitter is always half of its span."""
    return ProviderHttp(
        gateway=gateway.url,
        limits=limits,
        backoff_cap_seconds=600.0,
        clock=at.now,
        monotonic=at.monotonic,
        sleep=at.sleep,
        jitter=lambda: 0.5,
    )


@pytest.fixture
async def http(gateway: Gateway, at: Time) -> AsyncIterator[ProviderHttp]:
    async with client(gateway, at, BRISK) as opened:
        yield opened


@pytest.fixture
async def hasty(gateway: Gateway, at: Time) -> AsyncIterator[ProviderHttp]:
    """One that soon gives up on a host that hangs."""
    async with client(gateway, at, HASTY) as opened:
        yield opened


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


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (Fault.FORBIDDEN_PAGE, "api.coingecko.com answered 403 with HTML instead of JSON."),
        (Fault.CONSENT, "api.coingecko.com answered 307, a redirect, instead of JSON."),
        (Fault.WRONG_TYPE, "api.coingecko.com answered with HTML instead of JSON."),
        (
            Fault.PAGE_AS_JSON,
            "api.coingecko.com answered with a page or archive instead of JSON.",
        ),
        (Fault.EMPTY, "api.coingecko.com answered with nothing."),
    ],
)
async def test_an_answer_that_is_no_data_is_refused_and_not_asked_for_again(
    http: ProviderHttp, gateway: Gateway, fault: Fault, sentence: str
) -> None:
    gateway.fail(COINGECKO, fault)
    with pytest.raises(SourceError) as failure:
        await http.get(URL)
    assert str(failure.value) == sentence
    assert len(gateway.asked) == 1


@pytest.mark.parametrize("body", [b"PK\x03\x04zip", b"  <?xml version='1.0'?>", b"\r\n "])
async def test_csv_is_refused_where_it_is_a_page_an_archive_or_nothing(
    gateway: Gateway, http: ProviderHttp, body: bytes
) -> None:
    gateway.bodies["cdn.example"] = body
    with pytest.raises(SourceError, match=r"^cdn\.example answered with "):
        await http.get("https://cdn.example/a.csv", expect="csv")


async def test_csv_is_asked_for_and_handed_over_as_it_came(
    gateway: Gateway, http: ProviderHttp
) -> None:
    gateway.bodies["cdn.example"] = b"DATE,RUT\n07/08/2026,2956.38\n"
    body = await http.get("https://cdn.example/a.csv", expect="csv")
    assert body == gateway.bodies["cdn.example"]
    assert gateway.asked[0].headers["Accept"].startswith("text/csv")


async def test_nobody_listening_is_a_source_error() -> None:
    async with ProviderHttp(limits=BRISK) as http:
        with pytest.raises(SourceError, match=r"^127\.0\.0\.1:1 could not be reached\.$"):
            await http.get("http://127.0.0.1:1/api?key=secret")


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
        limits=BRISK,
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


@pytest.mark.parametrize("fault", [Fault.ENDLESS, Fault.BOMB])
async def test_a_body_without_end_is_cut_off_in_flat_memory(gateway: Gateway, fault: Fault) -> None:
    gateway.fail(COINGECKO, fault)
    async with ProviderHttp(gateway=gateway.url, limits=Limits(largest_bytes=2**20)) as http:
        await http.get(f"https://{COINPAPRIKA}/v1/global")
        tracemalloc.start()
        try:
            with pytest.raises(SourceError, match=r"answered with more than 1 MB\.$"):
                await http.get(URL)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 12 * 2**20
    assert gateway.bytes_sent < 32 * 2**20


async def test_a_body_at_the_cap_is_taken(gateway: Gateway) -> None:
    gateway.bodies["cdn.example"] = b"[" + b" " * 98 + b"]"
    async with ProviderHttp(gateway=gateway.url, limits=Limits(largest_bytes=100)) as http:
        assert len(await http.get("https://cdn.example/a")) == 100
    async with ProviderHttp(gateway=gateway.url, limits=Limits(largest_bytes=99)) as http:
        with pytest.raises(SourceError, match="more than"):
            await http.get("https://cdn.example/a")


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
    hasty: ProviderHttp, gateway: Gateway
) -> None:
    key = "s" + "3cret"
    for fault in set(Fault) - {Fault.BOMB, Fault.ENDLESS}:
        gateway.fail(COINGECKO, fault)
        with pytest.raises(SourceError) as failure:
            await hasty.get(URL, params={"key": key})
        assert key not in "".join(traceback.format_exception(failure.value))
    assert key in gateway.asked[0].target
