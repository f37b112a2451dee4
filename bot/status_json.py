"""What `status --json` and `/api/status` tell; its names are a contract."""

import json
from typing import Any

from bot.model import Snapshot
from bot.outlook import overall


def text(snapshot: Snapshot) -> str:
    """A snapshot as `status --json` writes it."""
    return json.dumps(document(snapshot), indent=2)


def document(snapshot: Snapshot) -> dict[str, Any]:
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
