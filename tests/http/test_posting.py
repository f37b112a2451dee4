import json

import pytest

from bot.http import Limits, ProviderHttp
from bot.ports import SourceError
from tests.http.provider import Provider, Says
from tests.providers.gateway import Fault, Gateway


async def test_a_post_carries_json_and_brings_json(
    direct: ProviderHttp, provider: Provider
) -> None:
    provider.say(Says(body=b'{"code": 0}'))
    body = await direct.post(f"{provider.url}?a=b%2Fc", body={"type": "é"}, headers={"X-Key": "k"})
    assert body == b'{"code": 0}'
    (asked,) = provider.asked
    assert (asked.method, asked.target) == ("POST", "/data?a=b%2Fc")
    assert json.loads(asked.body) == {"type": "é"}
    assert asked.headers["Content-Type"] == asked.headers["Accept"] == "application/json"
    assert asked.headers["X-Key"] == "k"


async def test_a_post_goes_through_the_gateway_too(http: ProviderHttp, gateway: Gateway) -> None:
    gateway.bodies["etf.example"] = b"[1]"
    assert await http.post("https://etf.example/openapi/v2/x", body={}) == b"[1]"
    assert gateway.asked[0].target == "/openapi/v2/x"


@pytest.mark.parametrize(
    "passing", [Says(0), Says(408), Says(425), Says(429, headers={"Retry-After": "1"}), Says(502)]
)
async def test_a_post_is_repeated_where_it_was_not_answered_or_put_off(
    direct: ProviderHttp, provider: Provider, passing: Says
) -> None:
    provider.say(passing, Says(body=b"[1]"))
    assert await direct.post(provider.url, body={"a": "b"}) == b"[1]"
    assert [asked.body for asked in provider.asked] == [b'{"a": "b"}'] * 2


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (Says(cut=True), "broke off in the middle of its answer"),
        (Says(409), "answered 409"),
        (Says(kind="text/html"), "answered with HTML instead of JSON"),
        (Says(body=b"<html>"), "answered with a page or archive instead of JSON"),
        (Says(body=b""), "answered with nothing"),
    ],
)
async def test_a_post_that_was_answered_is_not_repeated(
    direct: ProviderHttp, provider: Provider, answer: Says, sentence: str
) -> None:
    provider.say(answer)
    with pytest.raises(SourceError, match=sentence):
        await direct.post(provider.url, body={})
    assert len(provider.asked) == 1


async def test_a_post_that_hangs_may_have_been_done_and_is_not_repeated(
    hasty: ProviderHttp, gateway: Gateway
) -> None:
    gateway.fail("etf.example", Fault.HANG)
    with pytest.raises(SourceError, match=r"^etf\.example did not answer in time\.$"):
        await hasty.post("https://etf.example/x", body={})
    assert gateway.count("etf.example") == 1


async def test_a_post_is_read_no_further_than_the_cap(provider: Provider) -> None:
    provider.say(Says(body=b"[" + b" " * 200))
    async with ProviderHttp(limits=Limits(largest_bytes=100)) as http:
        with pytest.raises(SourceError, match="answered with more than"):
            await http.post(provider.url, body={})
