"""What `/api/status` tells machines: what `status --json` writes, with alerts and sources."""

from typing import Any

from bot.as_json import alert_values, status_values
from bot.recorded import Numbered
from bot.web.site import Site
from bot.web.told import Teller
from bot.web.view import AlertView, Page


def status(site: Site, page: Page) -> dict[str, Any]:
    """The answer as plain values."""
    alerts = zip(site.alerts, page.alerts, strict=False)
    return {
        **status_values(site.snapshot),
        "alerts": [_alert(numbered, view) for numbered, view in alerts],
        "sources": [_source(each) for each in page.tellers],
    }


def _alert(numbered: Numbered, view: AlertView) -> dict[str, Any]:
    """An alert as `replay --json` has it, in the page's words, and more."""
    alert = numbered.alert
    return {
        **alert_values(alert),
        "decided_at": alert.decided_at.isoformat(),
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
