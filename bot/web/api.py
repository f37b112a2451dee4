"""What `/api/status` tells machines: what `status --json` writes, with alerts and sources."""

from typing import Any

from bot.recorded import Numbered
from bot.status_json import document
from bot.web.site import Site
from bot.web.told import Teller
from bot.web.view import AlertView, Page


def status(site: Site, page: Page) -> dict[str, Any]:
    """The answer as plain values."""
    alerts = zip(site.alerts, page.alerts, strict=False)
    return {
        **document(site.snapshot),
        "alerts": [_alert(numbered, view) for numbered, view in alerts],
        "sources": [_source(each) for each in page.tellers],
    }


def _alert(numbered: Numbered, view: AlertView) -> dict[str, Any]:
    """An alert, its names those of `replay --json` where it has the same."""
    alert = numbered.alert
    return {
        "id": alert.id,
        "date": alert.decided_at.date().isoformat(),
        "decided_at": alert.decided_at.isoformat(),
        "as_of": alert.day.isoformat(),
        "topic": alert.topic,
        "rule": alert.rule,
        "kind": alert.kind,
        "indicator": alert.indicator,
        "value": alert.value,
        "level": alert.level,
        "unit": alert.unit,
        "vendor": alert.vendor,
        "withdrawn": view.is_withdrawn,
        "late": view.is_late,
        "title": view.title,
        "text": "\n".join((view.title, *view.said)),
        "why": list(view.why),
    }


def _source(each: Teller) -> dict[str, Any]:
    return {
        "vendor": each.vendor,
        "health": each.health,
        "answered_at": each.answered_at.isoformat() if each.answered_at else None,
        "series": list(each.series),
        "troubles": list(each.troubles),
    }
