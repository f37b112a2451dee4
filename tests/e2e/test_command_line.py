"""Every command as typed, and every wrong word and setting."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.e2e.process import bot, run_to_end
from tests.e2e.world import CORE_ONLY, finished_sessions, market_below_record
from tests.providers.gateway import Gateway

EXIT_NO_INPUT, EXIT_CANNOT_CREATE, EXIT_CONFIG = 66, 73, 78


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"POLL_SECONDS": "often"}, "POLL_SECONDS"),
        ({"REDIS_URL": "http://localhost"}, "REDIS_URL"),
        ({"REDIS_URL": "redis://localhost:port"}, "REDIS_URL"),
        ({"TELEGRAM_BOT_TOKEN": "nonsense"}, "TELEGRAM_BOT_TOKEN"),
        ({"DATA_DIR": "/dev/null/data"}, "DATA_DIR"),
        ({"REDIS_URL": "redis://127.0.0.1:9"}, "REDIS_URL"),
        ({"SOURCE_GATEWAY_URL": "http://127.0.0.1:99999"}, "SOURCE_GATEWAY_URL"),
    ],
)
async def test_a_wrong_setting_stops_the_start_with_one_sentence(
    tmp_path: Path, settings: dict[str, str], named: str
) -> None:
    code, out, log = await run_to_end(tmp_path / "data", settings)
    assert (code, out) == (EXIT_CONFIG, "")
    assert named in log
    assert len(log.strip().splitlines()) == 1


async def test_delivering_without_a_token_names_the_token(tmp_path: Path) -> None:
    code, _, log = await run_to_end(tmp_path / "data", {}, "deliver", "--platform", "telegram")
    assert code == EXIT_CONFIG
    assert log.startswith("TELEGRAM_BOT_TOKEN is not set")


async def test_replay_reads_a_folder_and_prints_from_the_day_named(tmp_path: Path) -> None:
    values = [58, 56.9, 56.8, 58.5, 56.5, 56.4]
    rows = [f"{date(2024, 1, 1) + timedelta(i)},{value}" for i, value in enumerate(values)]
    folder = tmp_path / "history"
    folder.mkdir()
    (folder / "btc_dominance.csv").write_text("\n".join(["date,value", *rows]), encoding="utf-8")
    arguments = ("replay", str(folder), "--from", "2024-01-05", "--json")
    code, out, _ = await run_to_end(tmp_path / "data", {}, *arguments)
    told = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [(each["kind"], each["as_of"]) for each in told] == [
        ("resolved", "2024-01-04"), ("fired", "2024-01-06"),
    ]  # fmt: skip
    code, out, _ = await run_to_end(tmp_path / "data", {}, "replay", str(folder))
    assert code == 0
    assert out.startswith("2024-01-04  Bitcoin dominance below 57 %: 56.80 %\n")


async def test_replay_of_nothing_and_a_bad_day_are_told(tmp_path: Path) -> None:
    code, _, log = await run_to_end(tmp_path / "data", {}, "replay", "nowhere")
    assert (code, log) == (EXIT_NO_INPUT, "There is no folder nowhere.\n")
    code, _, log = await run_to_end(tmp_path / "data", {}, "replay", ".", "--from", "yesterday")
    assert code == 2
    assert "'yesterday' is no day like 2016-11-01" in log


async def test_replay_of_bytes_that_are_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "russell_2000.csv").write_bytes(b"date,value\n\xff\xfe")
    code, _, log = await run_to_end(tmp_path / "data", {}, "replay", str(tmp_path))
    assert (code, log) == (
        EXIT_NO_INPUT, "russell_2000.csv cannot be read: it is not UTF-8 text.\n",
    )  # fmt: skip


def five_days_of_dominance(folder: Path) -> Path:
    rows = [f"2024-01-0{day},{value}" for day, value in enumerate((58, 56.9, 56.8, 56, 58.5), 1)]
    folder.mkdir()
    text = "\n".join(["date,value", *rows])
    (folder / "btc_dominance.csv").write_text(text, encoding="utf-8")
    return folder


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


async def test_a_replay_draws_what_it_prints(tmp_path: Path) -> None:
    folder, chart = five_days_of_dominance(tmp_path / "history"), tmp_path / "out.png"
    arguments = ("replay", str(folder), "--json")
    _, alone, _ = await run_to_end(tmp_path / "data", {}, *arguments)
    code, out, log = await run_to_end(tmp_path / "data", {}, *arguments, "--chart", str(chart))
    assert (code, out, log) == (0, alone, "")
    assert len(out.splitlines()) == 2
    whole = chart.read_bytes()
    assert whole.startswith(b"\x89PNG")
    later = (*arguments, "--from", "2024-01-05", "--chart", str(chart))
    code, out, _ = await run_to_end(tmp_path / "data", {}, *later)
    assert (code, len(out.splitlines())) == (0, 1)
    assert chart.read_bytes() not in (whole, b"")
    assert names(tmp_path) == {"history", "out.png"}


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("none/out.png", "There is no folder none to write out.png to."),
        ("history/folder.png", "history/folder.png cannot be written over."),
        ("out.docx", "out.docx has no ending that I can draw; those are .png, .svg, .pdf, .webp, "
         ".jpg, .jpeg."),
    ],
)  # fmt: skip
async def test_a_chart_that_cannot_be_written_is_told_and_the_alerts_still_come(
    tmp_path: Path, name: str, sentence: str
) -> None:
    folder = five_days_of_dominance(tmp_path / "history")
    (folder / "folder.png").mkdir()
    code, out, log = await run_to_end(
        tmp_path / "data", {}, "replay", str(folder), "--json", "--chart", name
    )
    assert (code, log) == (EXIT_CANNOT_CREATE, f"{sentence}\n")
    assert [json.loads(line)["kind"] for line in out.splitlines()] == ["fired", "resolved"]
    assert names(tmp_path) == {"history"}


async def test_status_polls_once_where_nothing_was_polled_before(tmp_path: Path) -> None:
    async with Gateway(market_below_record(finished_sessions(40))) as gateway:
        settings = {"SOURCE_GATEWAY_URL": gateway.url, **CORE_ONLY}
        code, out, _ = await run_to_end(tmp_path / "data", settings, "status", "--json")
        told = json.loads(out)
        assert code == 0
        assert told["phase"] == "waiting"
        assert {gate["name"] for gate in told["gates"]} == {
            "small_caps", "dominance", "etf_flows", "season", "liquidity",
        }  # fmt: skip
        dominance = told["indicators"]["btc_dominance"]
        assert (dominance["value"], dominance["unit"], dominance["vendor"]) == (
            58.9, "%", "CoinMarketCap",
        )  # fmt: skip
        assert dominance["state"] == "normal"
        assert dominance["age_s"] >= 0
        assert told["indicators"]["altcoin_season_index"]["value"] == 41
        assert {"russell_2000", "sp_500"} < set(told["indicators"])
        code, out, _ = await run_to_end(tmp_path / "data", settings, "status")
        assert out.startswith("Phase: waiting\n")


async def test_poll_once_reports_each_feed_and_yields_to_a_running_bot(tmp_path: Path) -> None:
    async with Gateway(market_below_record(finished_sessions(40))) as gateway:
        settings = {"SOURCE_GATEWAY_URL": gateway.url, "POLL_SECONDS": "1", **CORE_ONLY}
        code, out, _ = await run_to_end(tmp_path / "data", settings, "poll", "--once")
        assert code == 0
        assert "yahoo/sp_500: 40 values" in out
        async with bot(tmp_path / "data", settings) as running:
            await running.log.says("this process polls the sources")
            code, _, log = await run_to_end(tmp_path / "data", settings, "poll", "--once")
            assert (code, log.splitlines()[-1]) == (75, "Another process polls already.")
            assert await running.stop() == 0


async def test_two_bots_on_one_data_dir_share_a_server_and_one_takes_over(tmp_path: Path) -> None:
    async with Gateway(market_below_record(finished_sessions(40))) as gateway:
        settings = {"SOURCE_GATEWAY_URL": gateway.url, "POLL_SECONDS": "0.5", **CORE_ONLY}
        async with bot(tmp_path / "data", settings) as first:
            await first.log.says("this process polls the sources")
            async with bot(tmp_path / "data", settings) as second:
                await second.log.says("ready in")
                assert await first.stop() == 0
                await second.log.says("this process polls the sources")
                await second.type("subscribe breakout")
                await second.out.says("Subscribed: breakout")
                assert await second.stop() == 0
                assert "Traceback" not in second.log.text
