"""The picture of one number: what stands on it, and whether it can be read."""

import struct
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.image import imread
from matplotlib.text import Annotation, Text
from matplotlib.typing import ColorType

from bot.charts.paint import INK, RULE_COLOURS, WHITE, image
from bot.charts.scale import axis_text, day_ticks, edge_text, heights
from bot.charts.sheet import Mark, Sheet, Stretch, Watched, read, write
from bot.charts.single import HEIGHT, LABELS_APART, SHADE, WIDTH, apart, png, single
from bot.charts.single import SHAPES as KINDS
from bot.language import LANGUAGES
from bot.model import Side, Unit

FIRST = date(2024, 1, 1)
AS_OF = datetime(2024, 3, 1, 12, tzinfo=UTC)
MOST_BYTES = 200_000
LEAST_SIZE = 15.0
"""Points, of which a phone shows four tenths."""
WATCHED = (Watched("low", Side.BELOW, 55.0, 56.0), Watched("lower", Side.BELOW, 52.0))


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def sheet(values: Sequence[float], unit: Unit = Unit.PCT, **more: object) -> Sheet:
    """A value a day."""
    shown: dict[str, object] = {
        "title": "Bitcoin dominance", "since": FIRST, "until": day(len(values) - 1),
        "days": tuple(day(n) for n in range(len(values))), "vendor": "somebody", "as_of": AS_OF,
    }  # fmt: skip
    return Sheet(unit=unit, values=tuple(values), **{**shown, **more})  # type: ignore[arg-type]


BUSY = sheet(
    [60.0 - n / 10 for n in range(100)],
    watched=WATCHED,
    records=tuple(60.0 for _ in range(100)),
    stretches=(Stretch("low", day(52), None), Stretch("lower", day(80), day(90))),
    marks=tuple(Mark("low", kind, day(52 + n), 54.0) for n, kind in enumerate(KINDS)),
)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=9))
def test_a_sheet_goes_to_the_process_that_draws_and_arrives_as_it_was(values: list[float]) -> None:
    for shown in (BUSY, sheet(values, language="de", title="Größe \u2028 “x”")):
        assert read(write(shown)) == shown
        assert write(read(write(shown))) == write(shown)


def test_a_sheet_is_data_and_never_code() -> None:
    with pytest.raises(ValueError, match="are no sheet"):
        read(b"cposix\nsystem\n(S'true'\ntR.")


def texts(drawn: Figure) -> list[Text]:
    """Everything that is written, as it is shown."""
    image(drawn, "png")
    return [each for each in drawn.findobj(Text) if each.get_text() and each.get_visible()]


def beside(drawn: Figure) -> list[str]:
    """What is written at the right edge, from the lowest up."""
    found = [each for each in drawn.axes[0].texts if isinstance(each, Annotation)]
    return [each.get_text() for each in sorted(found, key=lambda each: each.xy[1])]


def line(shown: Sheet) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The heights of the line of values."""
    return np.asarray(single(shown).axes[0].get_lines()[0].get_ydata(), dtype=np.float64)


def contrast(one: ColorType, other: ColorType) -> float:
    """As https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio has it."""
    low, high = sorted(_luminance(to_rgb(colour)) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: tuple[float, float, float]) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return sum(share * c for share, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_it_is_a_small_opaque_png_of_a_phones_shape() -> None:
    noise = [100.0 + (n * 7919) % 97 + (n * 104_729) % 31 for n in range(10_000)]
    for each in (BUSY, sheet(noise, Unit.POINTS), sheet([5.0])):
        picture = png(each)
        assert picture[:8] == b"\x89PNG\r\n\x1a\n"
        assert struct.unpack(">II", picture[16:24]) == (WIDTH, HEIGHT)
        assert len(picture) < MOST_BYTES
    card = imread(BytesIO(png(BUSY)))
    assert (card[0, :] == 1.0).all(), "It brings its own white background,"
    assert (card[..., 3] == 1.0).all(), "through which nothing of the app's is seen."


def test_all_that_is_written_can_be_read_and_all_lines_be_seen() -> None:
    drawn = single(BUSY)
    for text in texts(drawn):
        assert contrast(text.get_color(), WHITE) >= 4.5, text.get_text()
        assert float(text.get_fontsize()) >= LEAST_SIZE, text.get_text()
    lines = drawn.axes[0].get_lines()
    assert len(lines) > 5
    for each in lines:
        assert contrast(each.get_color(), WHITE) >= 3.0
    # The shading behind an episode must not take it from what stands on it.
    for colour in RULE_COLOURS:
        red, green, blue = (1.0 - SHADE * (1.0 - share) for share in to_rgb(colour))
        assert contrast(INK, (red, green, blue)) > 7.0


def test_all_that_is_written_stays_on_the_card() -> None:
    units = dict.fromkeys(Unit, 3.0) | {
        Unit.USD: 3.172e12, Unit.BTC: 19_876_543.0, Unit.POINTS: 2_648.5, Unit.TRUTH: 1.0,
    }  # fmt: skip
    for unit, value in units.items():
        drawn = single(
            sheet([value, value * 0.9, value], unit, vendor="One and Another and a Third")
        )
        for text in texts(drawn):
            box = text.get_window_extent()
            assert 0 <= box.x0 <= box.x1 <= WIDTH, (unit, text.get_text())
            assert 0 <= box.y0 <= box.y1 <= HEIGHT, (unit, text.get_text())


def test_title_value_vendor_and_time_stand_above_and_the_lines_are_named() -> None:
    drawn = single(BUSY)
    said = [text.get_text() for text in texts(drawn)]
    assert "Bitcoin dominance" in said
    assert "50.10 % by somebody, as of 2024-03-01 12:00 UTC" in said
    assert beside(drawn) == ["50.10 %", "52 %", "55 %"]
    legend = [text.get_text() for text in drawn.legends[0].get_texts()]
    assert legend == [
        "record", "low", "lower", "fired", "resolved", "failed", "came back", "corrected",
    ]  # fmt: skip


def test_episodes_are_shaded_from_their_beginning_to_their_end_without_covering_each_other() -> (
    None
):
    axes = single(BUSY).axes[0]
    low, lower = (np.asarray(patch.get_path().vertices) for patch in axes.patches)
    assert (low[:, 1].min(), low[:, 1].max()) == (52.0, 55.0)
    assert lower[:, 1].max() == 52.0
    first, last = axes.get_xlim()
    assert first < lower[:, 0].min() < lower[:, 0].max() < last
    assert lower[:, 0].max() - lower[:, 0].min() == 10.0
    assert low[:, 0].max() - low[:, 0].min() == 47.0, "One that lasts goes on to the last day."


def test_a_level_out_of_reach_is_pointed_at() -> None:
    far = (Watched("far", Side.ABOVE, 900.0), Watched("near", Side.ABOVE, 62.0))
    drawn = single(sheet([60.0, 61.0, 60.5], watched=far))
    assert beside(drawn) == ["60.50 %", "62 %", "↑ 900 %"]
    assert drawn.axes[0].get_ylim()[1] < 65.0
    below = (Watched("far", Side.BELOW, -5.0),)
    assert beside(single(sheet([60.0, 61.0], watched=below)))[0] == "↓ -5 %"


def test_what_was_not_measured_is_not_drawn() -> None:
    days = (day(0), day(1), day(2), day(40), day(41))
    assert np.isnan(line(sheet([1.0] * 5, days=days, until=day(41)))).sum() == 1
    months = tuple(date(2023, month, 1) for month in range(1, 13))
    monthly = sheet([3.0] * 12, days=months, since=months[0], until=months[-1])
    assert line(monthly).tolist() == [3.0] * 12, "A value a month has no gaps."


def test_over_decades_equal_distances_are_equal_percentages() -> None:
    days = tuple(FIRST + timedelta(days=30 * n) for n in range(100))
    long = sheet([100.0 * 1.03**n for n in range(100)], Unit.POINTS, days=days, until=days[-1])
    assert single(long).axes[0].get_yscale() == "log"
    assert single(sheet([1.0, 100.0], Unit.POINTS)).axes[0].get_yscale() == "linear"


def test_a_score_is_shown_on_its_whole_scale() -> None:
    shown = heights(sheet([40.0, 45.0], Unit.SCORE))
    assert shown.hold(0.0)
    assert shown.hold(100.0)


@pytest.mark.parametrize(
    ("value", "unit", "step", "said"),
    [
        (57.5, Unit.PCT, 0.5, "57.5 %"),
        (2.5, Unit.PCT, 2.5, "2.5 %"),
        (0.005, Unit.CORRELATION, 0.005, "+0.005"),
        (2_500.0, Unit.POINTS, 250.0, "2,500"),
        (2.6e12, Unit.USD, 2e11, "2.6 trn"),
        (-1.5, Unit.PP, 0.5, "-1.5 pp"),
        (1.5, Unit.PP, 0.5, "+1.5 pp"),
        (1.0, Unit.TRUTH, 1.0, "yes"),
    ],
)
def test_round_values_are_written_in_few_signs(
    value: float, unit: Unit, step: float, said: str
) -> None:
    assert axis_text(value, unit, step) == said


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (2_648.5, Unit.POINTS, "2,648.50"),
        (57.0, Unit.PCT, "57 %"),
        (58.9, Unit.PCT, "58.90 %"),
        (3.172e12, Unit.USD, "3.17 trn"),
        (1e9, Unit.USD, "1 bn"),
        (-1e9, Unit.USD, "-1 bn"),
        (75_275.41, Unit.USD, "75,275"),
        (4.2e8, Unit.USD, "420 m"),
        (10.0, Unit.SESSIONS, "10"),
        (2.13, Unit.DEVIATIONS, "+2.13"),
        (1234.0, Unit.TOKENS, "1,234"),
    ],
)
def test_a_value_beside_its_line_has_no_idle_decimals(value: float, unit: Unit, said: str) -> None:
    assert edge_text(value, unit) == said


def test_other_languages_have_their_own_numbers_and_months(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LANGUAGES, "ru", "русский")
    drawn = single(sheet([1e9 + n * 1e7 for n in range(200)], Unit.USD, language="ru"))
    said = {text.get_text() for text in texts(drawn)}
    assert {"янв.\n2024", "март"} <= said
    assert any("2,5" in each or "2,99" in each for each in said)


@given(st.dates(date(1980, 1, 1), date(2030, 1, 1)), st.integers(1, 16_000))
def test_days_are_named_a_few_times_in_order(since: date, length: int) -> None:
    until = since + timedelta(days=length)
    days = [each for each, _text in day_ticks(since, until)]
    assert 1 <= len(days) <= 8
    assert all(before < after for before, after in pairwise(days))
    assert since <= days[0] <= days[-1] <= until


@given(st.lists(st.floats(0.0, 400.0, allow_subnormal=False), max_size=8).map(sorted))
def test_names_beside_the_lines_keep_apart_and_in_order(wanted: list[float]) -> None:
    placed = apart(wanted, 0.0, 400.0)
    assert len(placed) == len(wanted)
    assert all(after - before >= LABELS_APART - 1e-6 for before, after in pairwise(placed))
    assert all(-1e-6 <= place <= 400.0 for place in placed)
    alone = all(after - before >= LABELS_APART for before, after in pairwise(wanted))
    assert not alone or placed == wanted
