"""Settings: read in one place, refused in one sentence, documented by themselves."""

from pathlib import Path

import pytest

from bot import settings
from bot.logs.redaction import Redaction

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in settings.Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("POLL_SECONDS", "often"),
        ("POLL_SECONDS", "0"),
        ("POLL_SECONDS", "-1"),
        ("POLL_SECONDS", "nan"),
        ("REDIS_URL", "localhost:6379"),
        ("REDIS_URL", "http://localhost"),
        ("REDIS_URL", "redis://localhost:port"),
        ("SOURCE_GATEWAY_URL", "ftp://mirror"),
        ("SOURCE_GATEWAY_URL", "http://127.0.0.1:99999"),
        ("TELEGRAM_API_BASE_URL", "api.telegram.org"),
        ("DISCORD_API_BASE_URL", "https://"),
        ("DISCORD_GATEWAY_URL", "https://gateway"),
        ("TELEGRAM_BOT_TOKEN", "no-colon"),
        ("TELEGRAM_BOT_TOKEN", ":"),
        ("TELEGRAM_BOT_TOKEN", "12 3:a b"),
        ("TELEGRAM_BOT_TOKEN", "123:tökén"),
        ("SOURCE_GATEWAY_URL", "http://exa mple"),
        ("PUBLIC_URL", "http://bot.example.org"),
        ("PUBLIC_URL", "https://me:secret@bot.example.org"),
        ("PUBLIC_URL", "https://bot.example.org/?page=1"),
        ("PUBLIC_URL", "https://bot.example.org/#top"),
        ("ALLOWED_CHATS", "-1001234"),
        ("ALLOWED_CHATS", "telegram:@traders"),
        ("ALLOWED_CHATS", "telegram:-1001234 discord:1"),
        ("ALLOWED_CHATS", " , "),
        ("PORT", "http"),
        ("PORT", "65536"),
    ],
)
def test_a_wrong_setting_is_one_sentence_that_names_it(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(settings.WrongSetting) as refused:
        settings.load()
    sentence = str(refused.value)
    assert sentence.startswith(f"{name} ")
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_a_refused_token_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "secret-without-colon")
    with pytest.raises(settings.WrongSetting) as refused:
        settings.load()
    assert "secret" not in str(refused.value)


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLL_SECONDS", "")
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "")
    loaded = settings.load()
    assert loaded.poll_seconds is None
    assert loaded.telegram_bot_token is None


def test_chats_that_are_allowed_are_named_with_commas_between(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert settings.load().allowed_chats == ()
    monkeypatch.setenv("ALLOWED_CHATS", "telegram:-1001234, discord:5678,")
    assert settings.load().allowed_chats == ("telegram:-1001234", "discord:5678")


def test_a_dot_env_file_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("POLL_SECONDS=2.5\nUNKNOWN=kept out\n", encoding="utf-8")
    assert settings.load().poll_seconds == 2.5


def test_the_example_is_true() -> None:
    assert (ROOT / ".env.example").read_text(encoding="utf-8") == settings.example()


def test_the_example_can_be_used_as_it_is(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(settings.example(), encoding="utf-8")
    assert settings.load() == settings.Settings(_env_file=None)


def test_the_readme_names_every_setting() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in settings.Settings.model_fields:
        assert f"`{name.upper()}`" in readme


def test_no_secret_reaches_a_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "123:abc")
    monkeypatch.setenv("REDIS_URL", "rediss://user:hunter2@host:6379")
    line = Redaction(settings.load().secrets)("url bot123:abc/getMe hunter2")
    assert "123:abc" not in line
    assert "hunter2" not in line


@pytest.mark.parametrize("name", ["TELEGRAM_BOT_TOKEN", "DISCORD_BOT_TOKEN"])
def test_a_token_is_used_and_left_out_of_logs_without_the_space_around_it(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, " \t123:abc\r\n")
    loaded = settings.load()
    token = getattr(loaded, name.lower())
    assert token.get_secret_value() == "123:abc"
    assert loaded.secrets == ("123:abc",)


@pytest.mark.parametrize("name", ["TELEGRAM_BOT_TOKEN", "DISCORD_BOT_TOKEN"])
def test_a_blank_token_counts_as_unset(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, " \n")
    loaded = settings.load()
    assert getattr(loaded, name.lower()) is None
    assert loaded.secrets == ()


def test_a_password_is_secret_as_it_is_written_and_as_it_is_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("REDIS_URL", "rediss://user:p%40ss%2Fword@host:6379")
    assert settings.load().secrets == ("p%40ss%2Fword", "p@ss/word")
