import tracemalloc

import pytest

from bot.http import Limits, ProviderHttp
from bot.ports import SourceError
from tests.http.provider import Provider, Says
from tests.providers.gateway import Fault, Gateway
from tests.providers.market import COINGECKO, COINPAPRIKA

URL = f"https://{COINGECKO}/api/v3/global"


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


async def test_a_page_is_taken_where_a_page_is_wanted(
    direct: ProviderHttp, provider: Provider
) -> None:
    provider.say(Says(body=b"\n<!doctype html><p>2.5</p>", kind="text/html; charset=utf-8"))
    assert await direct.get(provider.url, expect="html") == b"\n<!doctype html><p>2.5</p>"
    assert provider.asked[0].headers["Accept"] == "text/html"


@pytest.mark.parametrize("body", [b"PK\x03\x04zip", b' {"error": "blocked"}', b"[]"])
async def test_data_or_an_archive_is_refused_where_a_page_is_wanted(
    direct: ProviderHttp, provider: Provider, body: bytes
) -> None:
    provider.say(Says(body=body, kind="text/html"))
    with pytest.raises(SourceError, match=r"answered with data or an archive instead of HTML\.$"):
        await direct.get(provider.url, expect="html")
