"""What `status --json`, `/api/status` and `replay --json` tell; its names are a contract."""

import json
from typing import Any

from bot.messages import plain
from bot.model import Alert, Snapshot
from bot.outlook import overall


def status(snapshot: Snapshot) -> str:
    """A snapshot as `status --json` writes it."""
    return json.dumps(status_values(snapshot), indent=2)


def alert(told: Alert) -> str:
    """An alert as one line of `replay --json`."""
    return json.dumps(alert_values(told), ensure_ascii=False)


def alert_values(told: Alert) -> dict[str, Any]:
    """An alert as plain values."""
    return {
        "id": told.id,
        "date": told.decided_at.date().isoformat(),
        "as_of": told.day.isoformat(),
        "topic": told.topic,
        "rule": told.rule,
        "kind": told.kind,
        "indicator": told.indicator,
        "value": told.value,
        "level": told.level,
        "text": plain(told.message),
    }


def status_values(snapshot: Snapshot) -> dict[str, Any]:
    """A snapshot as plain values."""
    board = snapshot.board
    return {
        "phase": board.phase,
        "as_of": board.as_of.isoformat(),
        "gates": [
            {
                "name": gate.name,
                "state": gate.state,
                "value": gate.value,
                "level": gate.level,
                "distance": gate.distance,
            }
            for gate in board.gates
        ],
        "indicators": {
            reading.indicator: {
                "value": reading.value,
                "unit": reading.unit,
                "vendor": reading.vendor,
                "as_of": reading.as_of.isoformat(),
                "age_s": max(0, round((board.as_of - reading.as_of).total_seconds())),
                "state": overall(snapshot.rules[reading.indicator], reading),
                "final": reading.final,
                "degraded": reading.degraded,
                "note": reading.note,
            }
            for reading in snapshot.readings
        },
        "missing": dict(snapshot.missing),
        "notices": list(snapshot.notices),
    }
