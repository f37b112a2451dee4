"""Dashboard and alert rules speak of metrics that there are, and say what to do."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.metrics import Facts, Metrics
from bot.vitals import Vitals
from tests.metrics.scraped import Scraped
from tests.watch import MONDAY

ROOT = Path(__file__).parents[2]
ALERTS = ROOT / "deploy/prometheus/alerts.yml"
SCRAPE = ROOT / "deploy/prometheus/prometheus.yml"
DASHBOARD = ROOT / "deploy/grafana/altseason-bot.json"
CASES = Path(__file__).parent / "alerts_promtool.yml"
WORDS = {
    "and", "bool", "by", "count", "histogram_quantile", "increase", "label_values", "max", "min",
    "on", "or", "rate", "sum", "unless", "without",
}  # fmt: skip
"""Of PromQL, as far as it is used."""
GROUPED = re.compile(r"\b(by|on|without)\s*\([^)]*\)")
VARIABLES = {"$__rate_interval": "5m", "$job": "altseason-bot", "${datasource}": "prometheus"}


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    board = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    return [panel for panel in board["panels"] if panel["type"] != "row"]


def queries() -> Iterator[str]:
    """Every expression of both, as Prometheus gets it."""
    yield from (rule["expr"] for rule in rules())
    for panel in panels():
        yield from (_filled_in(target["expr"]) for target in panel["targets"])


def _filled_in(expression: str) -> str:
    for name, value in VARIABLES.items():
        expression = expression.replace(name, value)
    assert "$" not in expression, expression
    return expression


def names_in(expression: str) -> set[str]:
    """The metrics that it reads."""
    bare = re.sub(r'"[^"]*"', "", expression)
    bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]", " ", GROUPED.sub(r"\1", bare))
    return set(re.findall(r"[a-zA-Z_:][\w:]*", bare)) - WORDS


async def exported() -> set[str]:
    """The names under which a process answers, `up` that Prometheus adds among them."""

    async def look() -> Facts:
        return Facts(MONDAY, Vitals("Redis does not answer."))

    body, _ = await Metrics(look).exposed("")
    found = Scraped.from_text(body.decode())
    declared = {name for name, (kind, *_) in found.shapes().items() if kind != "histogram"}
    return {"up", *declared, *found.samples()}


async def test_every_metric_that_is_asked_for_is_there() -> None:
    there = await exported()
    asked = {name for query in queries() for name in names_in(query)}
    assert asked <= there, sorted(asked - there)
    assert len(asked) > 20, "They are found in what is asked."


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_every_alert_says_what_to_do_and_where_there_is_more(rule: dict[str, Any]) -> None:
    assert re.fullmatch(r"\d+[smh]", rule["for"])
    assert rule["labels"]["severity"] in {"critical", "warning", "info"}
    said = rule["annotations"]
    assert said["summary"]
    assert len(said["description"].split()) > 20
    assert said["runbook_url"].startswith("docs/operations.md#")


def test_alerts_lead_to_headings_that_there_are() -> None:
    runbook = ROOT / "docs/operations.md"
    headings = re.findall(r"^#+ (.*)$", runbook.read_text(encoding="utf-8"), re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    wanted = {rule["annotations"]["runbook_url"].partition("#")[2] for rule in rules()}
    assert wanted <= anchors


def test_the_dashboard_can_be_imported_anywhere() -> None:
    board = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    assert (board["uid"], board["title"]) == ("altseason-bot", "altseason-bot")
    assert "id" not in board, "Grafana would look for a dashboard of that number."
    variables = {each["name"]: each["type"] for each in board["templating"]["list"]}
    assert variables == {"datasource": "datasource", "job": "query"}
    ids = [panel["id"] for panel in board["panels"]]
    assert len(ids) == len(set(ids))
    for panel in panels():
        assert panel["datasource"]["uid"] == "${datasource}"
        assert {each["datasource"]["uid"] for each in panel["targets"]} == {"${datasource}"}
        assert panel["title"]
        assert panel["description"]


def test_no_two_panels_cover_each_other() -> None:
    board = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    taken: set[tuple[int, int]] = set()
    for panel in board["panels"]:
        at = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert max(x for x, _ in cells) < 24
        assert taken.isdisjoint(cells)
        taken |= cells


def _promtool(*arguments: str | Path) -> str:
    tool = shutil.which("promtool")
    if tool is None:
        pytest.skip("promtool is not installed; it comes with Prometheus")
    done = subprocess.run(  # noqa: S603 - our own words, and no shell.
        [tool, *map(str, arguments)], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_prometheus_takes_rules_and_configuration() -> None:
    assert f"{len(rules())} rules found" in _promtool("check", "rules", ALERTS)
    _promtool("check", "config", SCRAPE)


def test_rules_fire_when_they_should_and_never_else() -> None:
    _promtool("test", "rules", CASES)


def test_prometheus_takes_every_query_of_the_dashboard(tmp_path: Path) -> None:
    recorded = [
        {"record": f"panel:{number}", "expr": query} for number, query in enumerate(queries())
    ]
    path = tmp_path / "panels.yml"
    path.write_text(json.dumps({"groups": [{"name": "panels", "rules": recorded}]}))
    assert f"{len(recorded)} rules found" in _promtool("check", "rules", path)
