import os
from collections.abc import Mapping

import pytest

from bot.http import ProviderHttp
from bot.ports import SourceError
from tests.http.provider import Provider, Says

ETAG = {"ETag": 'W/"7"'}
DATED = {"Last-Modified": "Wed, 04 Mar 2026 14:00:00 GMT"}
CONDITIONS = {"If-None-Match", "If-Modified-Since"}
BODY = b'{"version": 7}'
UNCHANGED = Says(304, body=b"")


def conditions(provider: Provider) -> dict[str, str]:
    """What the last request asked to be told only of changes from."""
    return {k: v for k, v in provider.asked[-1].headers.items() if k in CONDITIONS}


@pytest.mark.parametrize(
    ("version", "asked"),
    [
        (ETAG, {"If-None-Match": 'W/"7"'}),
        (DATED, {"If-Modified-Since": "Wed, 04 Mar 2026 14:00:00 GMT"}),
        (
            ETAG | DATED,
            {"If-None-Match": 'W/"7"', "If-Modified-Since": "Wed, 04 Mar 2026 14:00:00 GMT"},
        ),
    ],
)
async def test_an_unchanged_answer_is_remembered(
    direct: ProviderHttp, provider: Provider, version: Mapping[str, str], asked: Mapping[str, str]
) -> None:
    provider.say(Says(body=BODY, headers=version), UNCHANGED)
    assert await direct.get(provider.url, params={"a": "1"}) == BODY
    assert conditions(provider) == {}
    for _ in range(3):
        assert await direct.get(provider.url, params={"a": "1"}) == BODY
        assert conditions(provider) == asked


async def test_a_changed_answer_takes_the_place_of_the_one_before(
    direct: ProviderHttp, provider: Provider
) -> None:
    newer = Says(body=b"[8]", headers={"ETag": '"8"'})
    provider.say(Says(body=BODY, headers=ETAG), newer, UNCHANGED)
    assert await direct.get(provider.url) == BODY
    assert await direct.get(provider.url) == b"[8]"
    assert await direct.get(provider.url) == b"[8]"
    assert conditions(provider) == {"If-None-Match": '"8"'}


async def test_an_answer_without_a_version_forgets_the_one_before(
    direct: ProviderHttp, provider: Provider
) -> None:
    provider.say(Says(body=BODY, headers=ETAG), Says(body=b"[8]"))
    for _ in range(3):
        await direct.get(provider.url)
    assert conditions(provider) == {}


async def test_another_query_or_another_kind_of_answer_is_another_request(
    direct: ProviderHttp, provider: Provider
) -> None:
    provider.say(Says(body=BODY, headers=ETAG))
    await direct.get(provider.url, params={"a": "1"})
    await direct.get(provider.url, params={"a": "2"})
    assert conditions(provider) == {}
    await direct.get(provider.url, params={"a": "1"}, expect="csv")
    assert conditions(provider) == {}
    await direct.get(provider.url, params={"a": "1"})
    assert conditions(provider) != {}


async def test_unchanged_since_nothing_is_an_error(
    direct: ProviderHttp, provider: Provider
) -> None:
    provider.say(UNCHANGED)
    with pytest.raises(SourceError, match="answered 304, unchanged, though no earlier answer"):
        await direct.get(provider.url)
    assert len(provider.asked) == 1


@pytest.mark.parametrize(
    "refused",
    [
        Says(body=b"<html>", headers=ETAG),
        Says(body=b"{}", kind="text/html", headers=ETAG),
        Says(body=b"  ", headers=ETAG),
        Says(404, headers=ETAG),
        Says(body=b"[1, 2", cut=True),
    ],
)
async def test_a_refused_answer_is_not_remembered(
    direct: ProviderHttp, provider: Provider, refused: Says
) -> None:
    provider.say(refused)
    with pytest.raises(SourceError):
        await direct.get(provider.url)
    provider.say(Says(body=BODY))
    assert await direct.get(provider.url) == BODY
    assert conditions(provider) == {}


async def test_a_failure_in_between_does_not_forget_what_was_answered(
    direct: ProviderHttp, provider: Provider
) -> None:
    provider.say(Says(body=BODY, headers=ETAG), Says(404), UNCHANGED)
    assert await direct.get(provider.url) == BODY
    with pytest.raises(SourceError):
        await direct.get(provider.url)
    assert await direct.get(provider.url) == BODY


async def test_a_post_is_neither_remembered_nor_conditional(
    direct: ProviderHttp, provider: Provider
) -> None:
    provider.say(Says(body=BODY, headers=ETAG))
    await direct.get(provider.url)
    await direct.post(provider.url, body={})
    assert conditions(provider) == {}
    provider.say(UNCHANGED)
    with pytest.raises(SourceError, match="answered 304"):
        await direct.post(provider.url, body={})


async def test_a_body_of_two_megabytes_is_kept_and_a_longer_one_is_not(
    direct: ProviderHttp, provider: Provider
) -> None:
    most = 2 * 2**20
    provider.say(Says(body=b"[".ljust(most), headers=ETAG), UNCHANGED)
    await direct.get(provider.url)
    assert len(await direct.get(provider.url)) == most
    provider.say(Says(body=b"[".ljust(most + 1), headers=ETAG))
    await direct.get(provider.url)
    await direct.get(provider.url)
    assert conditions(provider) == {}


async def test_of_too_much_to_keep_the_longest_unused_is_forgotten(
    direct: ProviderHttp, provider: Provider
) -> None:
    noise = b"[" + os.urandom(2 * 2**20 - 1_000)
    provider.say(Says(body=noise, headers=ETAG))
    for number in "1234":
        await direct.get(provider.url, params={"n": number})
    provider.say(UNCHANGED, Says(body=noise, headers=ETAG), UNCHANGED)
    for number in "15":
        assert await direct.get(provider.url, params={"n": number}) == noise
    for number in "1345":
        assert await direct.get(provider.url, params={"n": number}) == noise
    with pytest.raises(SourceError, match="304"):
        await direct.get(provider.url, params={"n": "2"})


@pytest.mark.parametrize("version", ["ü", "x" * 300, ""])
async def test_a_version_that_cannot_be_sent_back_is_none(
    direct: ProviderHttp, provider: Provider, version: str
) -> None:
    provider.say(Says(body=BODY, headers={"ETag": version}))
    assert await direct.get(provider.url) == BODY
    assert await direct.get(provider.url) == BODY
    assert conditions(provider) == {}
