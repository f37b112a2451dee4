"""Each wrong setting is a line of its own, and slips are told."""

from pathlib import Path

import pytest

from bot import settings
from bot.doctor import configuration
from bot.parts import find_parts
from bot.ports import State
from tests.doctor.ask import configured, of, states

PARTS = find_parts()


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in settings.Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def test_every_wrong_value_is_told_and_the_others_are_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in {"PORT": "http", "REDIS_URL": "localhost", "POLL_SECONDS": "7"}.items():
        monkeypatch.setenv(name, value)
    loaded, wrong = settings.load_what_can_be()
    assert (loaded.port, loaded.redis_url, loaded.poll_seconds) == (8080, None, 7.0)
    found = configuration.examine(loaded, wrong, PARTS)
    assert states(found) == {"setting PORT": State.FAIL, "setting REDIS_URL": State.FAIL}
    assert "PORT" in of(found, "setting PORT").advice


def test_a_wrong_value_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "secret")
    found = configuration.examine(*settings.load_what_can_be(), PARTS)
    assert "secret" not in repr(found)


def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"PORT=80\xff\n")
    with pytest.raises(settings.WrongSetting, match=r"\.env cannot be read"):
        settings.load_what_can_be()


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("TELEGRAM_TOKEN", "TELEGRAM_BOT_TOKEN"),
        ("DISCORD_TOKEN", "DISCORD_BOT_TOKEN"),
        ("REDIS_URI", "REDIS_URL"),
        ("COINMARKETCAP_KEY", "COINMARKETCAP_API_KEY"),
    ],
)
def test_a_name_that_looks_like_ours_is_told_wherever_it_stands(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, meant: str
) -> None:
    monkeypatch.setenv(name, "x")
    found = of(configuration.examine(configured(), {}, PARTS), f"variable {name}")
    assert found.state is State.WARN
    assert meant in found.found
    monkeypatch.delenv(name)
    (tmp_path / ".env").write_text(f"{name}=x\nHOSTNAME=y\n", encoding="utf-8")
    assert states(configuration.examine(configured(), {}, PARTS)) == {
        f"variable {name}": State.WARN
    }


@pytest.mark.parametrize(
    ("given", "subject", "state"),
    [
        ({"sources_off": "yaho"}, "setting SOURCES_ON, SOURCES_OFF", State.FAIL),
        ({"allowed_chats": "telegraph:1"}, "setting ALLOWED_CHATS", State.FAIL),
        (
            {"public_url": "https://bot.example.org:8080", "telegram_bot_token": "1:a"},
            "setting PUBLIC_URL",
            State.FAIL,
        ),
        ({"operator_chat": "telegram:1"}, "setting OPERATOR_CHAT", State.WARN),
        ({"operator_chat": "slack:1"}, "setting OPERATOR_CHAT", State.FAIL),
    ],
)
def test_what_contradicts_itself_is_told(given: dict[str, str], subject: str, state: State) -> None:
    assert states(configuration.examine(configured(**given), {}, PARTS)) == {subject: state}


def test_a_usable_rest_is_sound() -> None:
    given = {
        "public_url": "https://bot.example.org",
        "telegram_bot_token": "1:a",
        "operator_chat": "telegram:1",
    }
    assert states(configuration.examine(configured(**given), {}, PARTS)) == {"settings": State.OK}
    usable = configuration.usable(configured(sources_off="yaho", port=9), PARTS)
    assert (usable.sources_off, usable.port) == ((), 9)
