"""Settings: any value is taken, or refused in one sentence that says nothing of a secret."""

import os

import pytest
from hypothesis import given
from hypothesis import settings as fuzzing

from bot import settings
from tests.fuzz.target import Target, bent

SECRETS = ("hunter", "AAfake")
SEEDS = (
    b"123456:AAfake-token", b"redis://user:hunter22@host:6379/1", b"rediss://:hunter22@[::1]",
    b"redis+sentinel://:hunter22@a:1,b:2/name/3", b"redis+cluster://u:hunter22@a,b:7000",
    b"unix:///run/redis.sock", b"https://user:hunter22@host:8443/path?key=hunter22", b"wss://host",
    b"telegram:-1001234,discord:5678", b"farside,yahoo/iwm", b"8080", b"6.5", b"true", b"json",
)  # fmt: skip
NAMES = tuple(name.upper() for name in settings.Settings.model_fields)


def read(name: str, data: bytes) -> None:
    """Set one variable as an environment can hold it: without a zero byte."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(name, os.fsdecode(data.replace(b"\x00", b"")))
        try:
            settings.load(_env_file=None)
        except settings.WrongSetting as refused:
            sentence = str(refused)
            assert sentence.startswith(f"{name} ")
            assert sentence.endswith(".")
            assert "\n" not in sentence
            assert not any(secret in sentence for secret in SECRETS), sentence


def _target(name: str) -> Target:
    return Target(f"setting-{name.lower()}", lambda data: read(name, data), SEEDS)


TARGETS = [_target(name) for name in NAMES]


@pytest.mark.parametrize("target", TARGETS, ids=lambda each: each.name)
def test_any_value_is_taken_or_refused_in_a_sentence(target: Target) -> None:
    @fuzzing(max_examples=12)
    @given(bent(target.seeds))
    def feed(data: bytes) -> None:
        target.feed(data)

    feed()
