"""What /metrics says of a bot at work, of one without its store, and to whom it says it how."""

import asyncio
from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_families

from bot.metrics import Metrics, watch_the_loop
from bot.ports import Departure, Outcome, Trouble
from bot.stores.connect import connect
from bot.stores.embedded import EmbeddedRedis
from tests.metrics.conftest import metrics_on, scraped
from tests.stores.examples import Desk, alert, take_all
from tests.watch import PARTS, Clock, Watch

DOCUMENTED = Path(__file__).parents[2] / "docs" / "metrics.md"
PROMETHEUS = (
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
    "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
)
"""How Prometheus asks."""


def documented() -> dict[str, tuple[str, tuple[str, ...], str]]:
    """The rows of the table: metric, type, labels, meaning."""
    rows = [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in DOCUMENTED.read_text(encoding="utf-8").splitlines()
        if line.startswith("| `altseason_")
    ]
    return {
        name.strip("` "): (
            kind,
            tuple(sorted(filter(None, labels.replace("`", "").split(", ")))),
            says,
        )
        for name, kind, labels, says in rows
    }


async def test_every_metric_is_documented_as_it_is(metrics: Metrics, watch: Watch) -> None:
    await watch.poll()
    shapes = (await scraped(metrics)).shapes()
    assert documented() == shapes
    for kind, _, says in shapes.values():
        assert kind in {"counter", "gauge", "histogram"}
        assert says.endswith(".")


async def test_a_bot_at_work_says_how_old_its_numbers_are_and_how_its_rules_stand(
    metrics: Metrics, watch: Watch, clock: Clock
) -> None:
    await watch.poll()
    assert await watch.client.run("acquire", ["{nf}:lead:poller"], ["a", 15_000])
    clock.move(minutes=30)
    found = await scraped(metrics)
    dominance = {"source": "coinmarketcap", "feed": "global"}
    assert found.value("altseason_ready") == found.value("altseason_polls_good") == 1.0
    assert found.value("altseason_poll_age_seconds", **dominance) == 1800.0
    assert found.value("altseason_poll_overdue_seconds", **dominance) == 720.0
    assert found.value("altseason_poll_failing", **dominance) == 0.0
    assert found.value("altseason_poll_answers_total", **dominance) == 1.0
    shown = {"series": "btc_dominance", "vendor": "CoinMarketCap"}
    age = found.value("altseason_series_age_seconds", **shown)
    assert age is not None
    assert age >= 1800.0
    assert found.value("altseason_series_late", **shown) == 0.0
    assert found.value("altseason_series_blind", series="btc_dominance") == 0.0
    assert found.value("altseason_reading_value", indicator="btc_dominance") == 58.0
    states = {
        state: found.value("altseason_rule_state", rule="dominance_57", state=state)
        for state in ("normal", "pending", "firing", "recovering", "no_data")
    }
    assert states == {"normal": 1, "pending": 0, "firing": 0, "recovering": 0, "no_data": 0}
    assert found.value("altseason_gate_state", gate="dominance", state="off") == 1.0
    assert found.value("altseason_phase", phase="waiting") is not None
    assert found.value("process_resident_memory_bytes") is not None


async def test_what_waits_is_told_by_platform_and_never_by_chat(
    metrics: Metrics, desk: Desk
) -> None:
    secret = -1001234567890
    await desk.join(secret, 2, 3)
    await desk.commit(alert("one"))
    first, second, _ = await take_all(desk.outbox)
    await desk.settle(Outcome.SUSPENDED, first)
    await desk.settle(Outcome.DEAD, second, reason=f"chat {secret} says no")
    body, _ = await metrics.exposed("")
    assert "1001234567890" not in body.decode()
    found = await scraped(metrics)
    telegram = {"platform": "telegram"}
    assert found.value("altseason_outbox_chats", **telegram) == 2.0
    assert found.value("altseason_suspended_chats", **telegram) == 1.0
    assert found.value("altseason_dead_letters", **telegram) == 1.0
    labels = {value for f in found.families for s in f.samples for value in s.labels.values()}
    assert not [each for each in labels if each.lstrip("-").isdigit() and len(each) > 4]


async def test_what_is_counted_begins_at_zero_and_moves(metrics: Metrics) -> None:
    before = await scraped(metrics)
    blocked = {"platform": "telegram", "reason": "blocked"}
    assert before.value("altseason_suspensions_total", **blocked) == 0.0
    assert before.value("altseason_rate_limited_sends_total", platform="telegram") == 0.0
    counted = metrics.counted
    counted.sent("telegram", Outcome.SENT)
    counted.slowed_down("telegram")
    counted.departed("telegram", Departure.BLOCKED)
    counted.responded("api.coingecko.com", 429)
    counted.answered("coinmarketcap/global", Trouble.SLOWED_DOWN)
    found = await scraped(metrics)
    asked = {"source": "coinmarketcap", "feed": "global"}
    assert found.value("altseason_sends_total", platform="telegram", outcome="sent") == 1.0
    assert found.value("altseason_rate_limited_sends_total", platform="telegram") == 1.0
    assert found.value("altseason_suspensions_total", **blocked) == 1.0
    assert found.value("altseason_provider_responses_total", status="429") == 1.0
    assert found.value("altseason_poll_errors_total", kind="slowed_down", **asked) == 1.0
    assert found.value("altseason_poll_answers_total", **asked) == 0.0


async def test_two_bots_in_one_interpreter_count_for_themselves(
    metrics: Metrics, watch: Watch, clock: Clock
) -> None:
    other = metrics_on(watch.client, clock)
    metrics.counted.slowed_down("telegram")
    assert (await scraped(other)).value("altseason_rate_limited_sends_total") == 0.0


async def test_without_its_store_a_process_still_tells_what_it_counts(tmp_path: Path) -> None:
    async with EmbeddedRedis(tmp_path) as server, connect(server.url) as client:
        metrics = metrics_on(client, Clock())
        assert (await scraped(metrics)).value("altseason_store_up") == 1.0
        await server.__aexit__(None, None, None)
        async with asyncio.timeout(8):
            found = await scraped(metrics)
    assert found.value("altseason_store_up") == found.value("altseason_ready") == 0.0
    assert found.value("altseason_polls_good") is None, "Nobody can say."
    assert found.value("altseason_sends_total", platform="telegram", outcome="sent") == 0.0
    assert found.shapes().keys() == documented().keys()


async def test_a_stored_value_that_nobody_can_read_is_told_and_takes_nothing_else_away(
    metrics: Metrics, watch: Watch
) -> None:
    await watch.poll()
    script = ["{nf}:lead:poller", "{nf}:reading"]
    assert await watch.client.run("acquire", script[:1], ["a", 15_000])
    await watch.client.run("remember", script, ["a", "2", "btc_dominance", "nonsense"])
    found = await scraped(metrics)
    assert found.value("altseason_store_up") == 0.0
    assert found.value("altseason_poll_answers_total", feed="sp_500") == 1.0


@pytest.mark.parametrize(
    "accept",
    [PROMETHEUS, "application/openmetrics-text", "application/openmetrics-text; version=nonsense"],
)
async def test_openmetrics_is_for_whoever_asks_for_it(metrics: Metrics, accept: str) -> None:
    body, content_type = await metrics.exposed(accept)
    assert content_type == "application/openmetrics-text; version=1.0.0; charset=utf-8"
    names = {family.name for family in open_families(body.decode())}  # type: ignore[no-untyped-call] # the library gives it no types
    assert "altseason_sends" in names


@pytest.mark.parametrize("accept", ["", "*/*", "text/plain; version=nonsense", ";;,", "text/html"])
async def test_everybody_else_gets_text(metrics: Metrics, accept: str) -> None:
    body, content_type = await metrics.exposed(accept)
    assert content_type == "text/plain; version=0.0.4; charset=utf-8"
    assert body.startswith(b"# HELP altseason_")


async def test_a_loop_that_is_held_up_shows_as_lag(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.metrics.lag.EVERY_SECONDS", 0.01)
    lags: list[float] = []
    told = asyncio.Event()

    def lagged(seconds: float) -> None:
        lags.append(seconds)
        told.set()

    watching = asyncio.create_task(watch_the_loop(lagged))
    async with asyncio.timeout(5):
        await told.wait()
        until = asyncio.get_running_loop().time() + 0.2
        while asyncio.get_running_loop().time() < until:
            pass
        told.clear()
        await told.wait()
    watching.cancel()
    assert max(lags) >= 0.15
    assert min(lags) >= 0.0


def test_every_feed_has_a_source_and_a_name() -> None:
    for feed in PARTS.all_feeds or PARTS.feeds:
        assert feed.name.count("/") == 1
        assert all(feed.name.partition("/"))
