"""REDIS_URL in all its kinds: taken apart, refused in a sentence, its passwords kept secret."""

import pytest

from bot import settings
from bot.logs.redaction import Redaction
from bot.redis_url import RedisUrl, Standing, parse, passwords

WRONG = [
    "localhost:6379",
    "http://localhost",
    "redis:localhost",
    "redis://",
    "redis://user:hunter2@",
    "redis://localhost:port",
    "redis://localhost:0",
    "redis://localhost:99999",
    "redis://one,two",
    "redis://localhost/name",
    "redis://localhost/0?db",
    "redis://localhost?sentinel_password=hunter2",
    "redis://:hunter2/1@localhost:6379",
    "redis://:12/hunter2@localhost",
    "redis://host:12?hunter2@localhost",
    "redis://host:12#hunter2@localhost",
    "redis://host:12#hunter2",
    "redis://:hunter2[1]@localhost",
    "redis://:hunter2℀@localhost",
    "redis://:hunter 2@localhost",
    "unix://",
    "unix+cluster:///run/redis.sock",
    "redis+sentinel://localhost:26379",
    "redis+sentinel://localhost:26379/",
    "redis+sentinel://localhost:26379/mymaster/first",
    "redis+sentinel://localhost:26379,/mymaster",
    "redis+sentinel:///mymaster",
    "redis+cluster://localhost/1",
    "redis+cluster://localhost?db=1",
    "redis+cluster://one,two:port",
    "redis+replica://localhost",
]


@pytest.mark.parametrize("url", WRONG)
def test_a_wrong_url_is_one_sentence_that_quotes_no_password(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("REDIS_URL", url)
    with pytest.raises(settings.WrongSetting) as refused:
        settings.load()
    sentence = str(refused.value)
    assert sentence.startswith("REDIS_URL m")
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert "hunter2" not in sentence
    assert "12" not in sentence.replace("127.0.0.1", "")


@pytest.mark.parametrize(
    ("url", "plain"),
    [
        ("redis://localhost", "redis://localhost"),
        ("redis://localhost:6379/0", "redis://localhost:6379/0"),
        (
            "rediss://bot:p%40ss@[::1]:6380/2?ssl_ca_certs=%2Fours.pem",
            "rediss://bot:p%40ss@[::1]:6380/2?ssl_ca_certs=%2Fours.pem",
        ),
        ("unix:///run/redis.sock?db=1", "unix:///run/redis.sock?db=1"),
        ("unix://bot:secret@/run/redis.sock", "unix://bot:secret@/run/redis.sock"),
    ],
)
def test_one_server(url: str, plain: str) -> None:
    assert parse(url) == RedisUrl(Standing.ALONE, plain)


def test_sentinels_have_a_name_to_ask_for_and_options_of_their_own() -> None:
    url = (
        "rediss+sentinel://bot:p%40,ss@one:26380,two,[::1]:26381/my%20name/3"
        "?ssl_ca_certs=/ours.pem&sentinel_username=watch&sentinel_password=a%26b"
    )
    assert parse(url) == RedisUrl(
        Standing.SENTINEL,
        "rediss://bot:p%40,ss@one:26380/3?ssl_ca_certs=%2Fours.pem",
        (("one", 26380), ("two", 26379), ("::1", 26381)),
        "my name",
        "redis://?username=watch&password=a%26b",
    )


def test_a_cluster_is_found_by_any_of_its_nodes() -> None:
    assert parse("redis+cluster://bot:secret@one:7000,two/") == RedisUrl(
        Standing.CLUSTER, "redis://bot:secret@one:7000", (("one", 7000), ("two", 6379))
    )


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("redis://localhost", set()),
        ("redis://bot@localhost", set()),
        ("redis://bot:plain@localhost", {"plain"}),
        ("rediss://bot:p%40ss%2Fword@host:6379", {"p%40ss%2Fword", "p@ss/word"}),
        ("redis+cluster://:p%40ss@one:1,two:2", {"p%40ss", "p@ss"}),
        (
            "redis+sentinel://:one@host/name?sentinel_password=t%20w+o&ssl_password=three",
            {"one", "t%20w+o", "t w o", "three"},
        ),
        ("redis://localhost?username=bot&password=fo%2Bur", {"fo%2Bur", "fo+ur"}),
    ],
)
def test_every_password_is_secret_as_it_is_written_and_as_it_is_sent(
    monkeypatch: pytest.MonkeyPatch, url: str, expected: set[str]
) -> None:
    assert set(passwords(url)) == expected
    monkeypatch.setenv("REDIS_URL", url)
    secrets = settings.load().secrets
    assert expected <= set(secrets)
    line = Redaction(secrets)(f"{url} {' '.join(expected)}")
    assert not [password for password in expected if password in line]


def test_what_is_taken_apart_shows_no_password() -> None:
    assert "hunter2" not in repr(parse("redis+sentinel://:hunter2@host/name"))
