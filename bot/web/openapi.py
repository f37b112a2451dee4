"""The OpenAPI 3.1 document of what machines are told."""

from enum import StrEnum
from typing import Any

from bot.model import GateState, Kind, Phase, Status, Unit
from bot.web.told import Health

Schema = dict[str, Any]

VERSION = "1"
"""Of the answers: names and meanings stay, and names may be added."""


def document(public_url: str) -> Schema:
    """The document, with the address of the bot where it is known."""
    found: Schema = {
        "openapi": "3.1.0",
        "info": {
            "title": "altseason-bot",
            "version": VERSION,
            "summary": "The board, every number and the last alerts, each with its source.",
            "description": "A tracker of confirmation and divergence. No advice.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "paths": {
            "/api/status": _path(
                "status",
                "Where everything stands: as `status --json`, with alerts and sources",
                {"application/json": {"schema": {"$ref": "#/components/schemas/Status"}}},
                {"application/json": {"schema": _object(error=_TEXT)}},
            ),
            "/feed.xml": _path(
                "feed",
                "The last alerts as an Atom feed",
                {"application/atom+xml": {"schema": _TEXT}},
                {"text/plain": {"schema": _TEXT}},
            ),
        },
        "components": {"schemas": _SCHEMAS},
    }
    if public_url:
        found["servers"] = [{"url": public_url}]
    return found


def _path(name: str, summary: str, content: Schema, refusal: Schema) -> Schema:
    headers = {
        "ETag": {"schema": _TEXT, "description": "Names this answer, for If-None-Match."},
        "Cache-Control": {"schema": _TEXT},
    }
    return {
        "get": {
            "operationId": name,
            "summary": summary,
            "parameters": [
                {
                    "name": "If-None-Match",
                    "in": "header",
                    "required": False,
                    "schema": _TEXT,
                    "description": "The ETag of an answer that is known already.",
                }
            ],
            "responses": {
                "200": {"description": "As it stands now.", "headers": headers, "content": content},
                "304": {"description": "As it was when that ETag was given.", "headers": headers},
                "503": {
                    "description": "The store cannot be reached just now.",
                    "headers": {"Retry-After": {"schema": {"type": "integer"}}},
                    "content": refusal,
                },
            },
        }
    }


def _object(**properties: Schema) -> Schema:
    """An object that has all of these; others may come."""
    return {"type": "object", "properties": properties, "required": list(properties)}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _by_key(values: Schema) -> Schema:
    return {"type": "object", "additionalProperties": values}


def _one_of(words: type[StrEnum]) -> Schema:
    return {"type": "string", "enum": [str(each) for each in words]}


def _or_null(schema: Schema, why: str) -> Schema:
    return {**schema, "type": [schema["type"], "null"], "description": why}


_TEXT: Schema = {"type": "string"}
_TEXTS = _list(_TEXT)
_NUMBER: Schema = {"type": "number"}
_TRUTH: Schema = {"type": "boolean"}
_MOMENT: Schema = {"type": "string", "format": "date-time"}
_DAY: Schema = {"type": "string", "format": "date"}
_LEVEL = _or_null(_NUMBER, "null where there is none")

_SCHEMAS: Schema = {
    "Gate": _object(
        name=_TEXT,
        state=_one_of(GateState),
        value=_or_null(_NUMBER, "null where it cannot be told"),
        level=_LEVEL,
        distance=_or_null(_NUMBER, "What the value still has to move to the level."),
    ),
    "Indicator": _object(
        value=_NUMBER,
        unit=_one_of(Unit),
        vendor=_TEXT,
        as_of={**_MOMENT, "description": "The time that the value is about."},
        age_s={"type": "integer", "minimum": 0},
        state=_one_of(Status),
        final={**_TRUTH, "description": "false: its day is not over."},
        degraded={**_TRUTH, "description": "true: another vendor stands in for the first one."},
        note=_TEXT,
    ),
    "Alert": _object(
        id=_TEXT,
        date={**_DAY, "description": "When it was decided."},
        decided_at=_MOMENT,
        as_of={**_DAY, "description": "The day of the value that decided."},
        topic=_TEXT,
        rule=_TEXT,
        kind=_one_of(Kind),
        indicator=_TEXT,
        value=_NUMBER,
        level=_LEVEL,
        unit=_one_of(Unit),
        vendor=_TEXT,
        withdrawn={**_TRUTH, "description": "With revised values it would not have happened."},
        late={**_TRUTH, "description": "Found after it had been news."},
        title=_TEXT,
        text=_TEXT,
        why=_TEXTS,
    ),
    "Source": _object(
        vendor=_TEXT,
        health=_one_of(Health),
        answered_at=_or_null(_MOMENT, "Its last good answer; null before the first."),
        series=_TEXTS,
        troubles=_TEXTS,
    ),
    "Status": _object(
        phase=_one_of(Phase),
        as_of=_MOMENT,
        gates=_list({"$ref": "#/components/schemas/Gate"}),
        indicators=_by_key({"$ref": "#/components/schemas/Indicator"}),
        missing={**_by_key(_TEXT), "description": "Title of a number without a value -> why."},
        notices={**_TEXTS, "description": "What is odd about the data."},
        alerts={**_list({"$ref": "#/components/schemas/Alert"}), "description": "Newest first."},
        sources=_list({"$ref": "#/components/schemas/Source"}),
    ),
}
