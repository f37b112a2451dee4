"""The picture of a replay: what stands on it, and where."""

import math
import struct
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.colors import same_color
from matplotlib.figure import Figure
from matplotlib.text import Annotation, Text

from bot import charts, replay
from bot.charts.paint import PALETTE, colour, on_axis
from bot.charts.panels import LONGEST_GAP, joined
from bot.model import Alert, Kind, Message, Observation, Unit
from bot.parts import find_indicators
from bot.topics import TOPICS

INDICATORS = find_indicators()
HISTORY = Path(__file__).parents[2] / "shared" / "history"
FIRST = datetime(2024, 1, 2, tzinfo=UTC)
RUSSELL, DOMINANCE, SEASON = range(3)


def seen(series: str, values: Sequence[float], first: datetime = FIRST) -> list[Observation]:
    moments = [first + timedelta(days=index) for index in range(len(values))]
    return [
        Observation(series, "recorded", moment.date(), value, moment, moment, final=True)
        for moment, value in zip(moments, values, strict=True)
    ]


def alert(indicator: str, topic: str, kind: Kind, value: float, at: datetime = FIRST) -> Alert:
    return Alert(
        f"{topic}:{at:%Y-%m-%d}:{kind}", topic, topic, kind, indicator, value, None, Unit.POINTS,
        "recorded", at, at.date(), at, Message("Something happened"),
    )  # fmt: skip


def three(count: int = 30) -> list[Observation]:
    """A recording of all three: dominance and season on every day, the Russell on sessions."""
    return [
        *seen("russell_2000", [2000.0 + (7 * index) % 50 for index in range(count)]),
        *seen("btc_dominance", [60.0 - index / 5 for index in range(count)]),
        *seen("altcoin_season_index", [40.0 + index % 30 for index in range(count)]),
    ]


def drawn(
    observations: Sequence[Observation],
    alerts: Sequence[Alert] = (),
    since: date | None = None,
    until: date | None = None,
) -> Figure:
    return charts.figure(observations, alerts, INDICATORS, since, until)


def words(axes: Axes) -> set[str]:
    return {text.get_text() for text in axes.texts}


def marks(axes: Axes) -> dict[str, list[tuple[float, float]]]:
    """Label -> where its marks stand."""
    found = {str(e.get_label()): np.asarray(e.get_offsets()).tolist() for e in axes.collections}
    return {label: [(x, y) for x, y in places] for label, places in found.items() if places}


def line(axes: Axes, label: str) -> list[float]:
    """The heights of a line."""
    (found,) = (each for each in axes.lines if each.get_label() == label)
    return [float(y) for y in np.asarray(found.get_ydata())]


def test_three_panels_bear_their_series_titles_units_and_source() -> None:
    picture = drawn(three())
    assert [axes.get_title("left") for axes in picture.axes] == [
        "Russell 2000 (index points)", "Bitcoin dominance (%)", "Altcoin Season Index (of 100)",
    ]  # fmt: skip
    title = "From small caps to altcoins, 2 Jan 2024 to 31 Jan 2024 · source: recorded"
    assert picture.get_suptitle() == title


def test_the_lines_that_rules_watch_are_drawn_and_named() -> None:
    axes = drawn(three()).axes
    for place, levels, names in (
        (RUSSELL, set(), set()),
        (DOMINANCE, {57.0, 55.0}, {"57 %", "55 %"}),
        (SEASON, {75.0, 25.0}, {"75", "25"}),
    ):
        dashed = [each for each in axes[place].lines if each.get_linestyle() == "--"]
        assert {float(np.asarray(each.get_ydata())[0]) for each in dashed} == levels
        named = {each.get_text() for each in axes[place].texts if isinstance(each, Annotation)}
        assert named == names


def test_the_record_is_the_highest_close_so_far_and_older_than_the_days_shown() -> None:
    # 6 and 7 January 2024 are a weekend: the value on it is no close and no record.
    closes = [2000.0, 2100.0, 2050.0, 2060.0, 9999.0, 9999.0, 2070.0, 2200.0]
    axes = drawn(seen("russell_2000", closes)).axes[RUSSELL]
    assert line(axes, "record close") == [2000.0, 2100.0, 2100.0, 2100.0, 2100.0, 2200.0]
    assert line(axes, "Russell 2000") == [2000.0, 2100.0, 2050.0, 2060.0, 2070.0, 2200.0]
    late = drawn(seen("russell_2000", closes), since=date(2024, 1, 5)).axes[RUSSELL]
    assert line(late, "record close") == [2100.0, 2100.0, 2200.0]


@pytest.mark.parametrize(("count", "scale"), [(300, "linear"), (2200, "log")])
def test_a_long_span_is_drawn_on_a_logarithmic_scale(count: int, scale: str) -> None:
    axes = drawn(seen("russell_2000", [1000.0 + index for index in range(count)])).axes
    assert axes[RUSSELL].get_yscale() == scale
    assert axes[RUSSELL].get_title("left").endswith("logarithmic") is (scale == "log")


def test_an_alert_is_a_mark_where_it_was_sent_at_the_value_that_decided() -> None:
    sent = FIRST + timedelta(days=5)
    told = [
        alert("btc_dominance", "dominance", Kind.FIRED, 56.9, sent),
        alert("btc_dominance", "dominance", Kind.RESOLVED, 58.1, sent + timedelta(days=2)),
    ]
    picture = drawn(three(), told)
    assert marks(picture.axes[DOMINANCE]) == {
        "dominance begins": [(on_axis(sent), 56.9)],
        "dominance ends": [(on_axis(sent) + 2, 58.1)],
    }
    assert not marks(picture.axes[RUSSELL])
    assert len(picture.axes) == 3, "Nothing is told of another number."


@pytest.mark.parametrize(
    ("kind", "is_filled"),
    [
        (Kind.FIRED, True), (Kind.RECLAIMED, True), (Kind.STALE, True), (Kind.LATE, True),
        (Kind.RESOLVED, False), (Kind.INVALIDATED, False), (Kind.RECOVERED, False),
        (Kind.CORRECTED, False),
    ],
)  # fmt: skip
def test_what_begins_is_filled_and_what_ends_is_hollow(kind: Kind, *, is_filled: bool) -> None:
    axes = drawn(three(), [alert("russell_2000", "breakout", kind, 2000.0)]).axes[RUSSELL]
    (dots,) = (each for each in axes.collections if np.size(each.get_offsets()))
    face = tuple(np.asarray(dots.get_facecolor())[0].tolist())
    assert same_color(face, colour("breakout") if is_filled else "white")


def test_other_numbers_and_the_phase_stand_on_the_strip_with_a_row_a_topic() -> None:
    told = [
        alert("altcoin_season_index", "phase", Kind.FIRED, 80.0),
        alert("cpi_yoy", "inflation", Kind.FIRED, 3.1),
        alert("cpi_yoy", "inflation", Kind.RESOLVED, 2.7, FIRST + timedelta(days=9)),
    ]
    picture = drawn(three(), told)
    strip = picture.axes[3]
    assert not any(marks(axes) for axes in picture.axes[:3])
    assert [each.get_text() for each in strip.get_yticklabels()] == ["inflation", "phase"]
    assert marks(strip) == {
        "inflation begins": [(on_axis(FIRST), 0.0)],
        "inflation ends": [(on_axis(FIRST) + 9, 0.0)],
        "phase begins": [(on_axis(FIRST), -1.0)],
    }


def test_the_legend_names_the_topics_of_the_panels_in_their_colours() -> None:
    told = [
        alert("altcoin_season_index", "season", Kind.FIRED, 80.0),
        alert("russell_2000", "breakout", Kind.FIRED, 2000.0),
        alert("cpi_yoy", "inflation", Kind.FIRED, 3.1),
    ]
    (legend,) = drawn(three(), told).legends
    named = [each.get_text() for each in legend.get_texts()]
    assert named == ["breakout", "season", "begins", "ends, or is corrected"]


def test_every_topic_has_a_colour_of_its_own() -> None:
    assert len({colour(topic) for topic in TOPICS}) == len(TOPICS)
    assert len(set(PALETTE)) == len(PALETTE)
    assert colour("a topic of tomorrow") not in PALETTE


def test_only_the_days_asked_for_are_drawn() -> None:
    since, until = date(2024, 1, 10), date(2024, 1, 20)
    told = [
        alert("btc_dominance", "dominance", Kind.FIRED, 56.0, FIRST + timedelta(days=index))
        for index in range(30)
    ]
    picture = drawn(three(), told, since, until)
    assert "10 Jan 2024 to 20 Jan 2024" in picture.get_suptitle()
    assert line(picture.axes[DOMINANCE], "Bitcoin dominance") == pytest.approx(
        [60.0 - index / 5 for index in range(8, 19)]
    )
    (places,) = marks(picture.axes[DOMINANCE]).values()
    assert [x - on_axis(FIRST) for x, _ in places] == list(range(8, 19))
    left, right = picture.axes[DOMINANCE].get_xlim()
    assert left < places[0][0] < places[-1][0] < right


def test_a_series_that_is_not_recorded_has_no_data() -> None:
    axes = drawn(seen("btc_dominance", [58.0, 57.5, 57.0])).axes
    assert [("no data" in words(each)) for each in axes] == [True, False, True]
    assert axes[RUSSELL].get_title("left") == "Russell 2000 (index points)"


def test_a_recording_of_none_of_the_three_is_drawn_all_the_same() -> None:
    picture = drawn(seen("sp_500", [5000.0, 5010.0]))
    assert all("no data" in words(axes) for axes in picture.axes)
    assert charts.image(picture, "png").startswith(b"\x89PNG")


def test_days_without_any_value_are_drawn_all_the_same() -> None:
    picture = drawn(three(), (), date(2030, 1, 1), date(2030, 2, 1))
    assert all("no data" in words(axes) for axes in picture.axes)


def test_a_panel_that_begins_late_says_when() -> None:
    later = FIRST + timedelta(days=200)
    axes = drawn([
        *seen("russell_2000", [2000.0] * 400),
        *seen("btc_dominance", [58.0] * 200, later),
    ]).axes  # fmt: skip
    assert "no data before 20 Jul 2024" in words(axes[DOMINANCE])
    assert not words(axes[RUSSELL])


@given(gaps=st.lists(st.integers(min_value=1, max_value=30), min_size=1, max_size=40))
def test_a_line_is_broken_exactly_where_values_are_missing(gaps: list[int]) -> None:
    moments = [FIRST + timedelta(days=sum(gaps[:index])) for index in range(len(gaps) + 1)]
    values = [float(index) for index in range(len(moments))]
    x, y = joined(moments, values)
    assert [value for value in y if not math.isnan(value)] == values
    assert sum(map(math.isnan, y)) == sum(timedelta(days=gap) > LONGEST_GAP for gap in gaps)
    assert all(before <= after for before, after in pairwise(x))


def test_a_lone_value_is_visible() -> None:
    (value,) = (
        each for each in drawn(seen("btc_dominance", [58.0])).axes[DOMINANCE].lines
        if each.get_label() == "Bitcoin dominance"
    )  # fmt: skip
    assert value.get_marker() == "."


def legible(picture: Figure) -> list[Text]:
    """All words that are drawn; axes keep labels just beyond their ends, too."""
    beyond = {
        tick.label1
        for axes in picture.axes
        for axis in (axes.xaxis, axes.yaxis)
        for tick in axis.get_major_ticks()
        if not min(axis.get_view_interval()) <= tick.get_loc() <= max(axis.get_view_interval())
    }
    found = set(picture.findobj(lambda each: isinstance(each, Text))) - beyond
    texts = [each for each in found if isinstance(each, Text)]
    return [each for each in texts if each.get_text() and each.get_visible()]


@pytest.mark.parametrize("count", [20, 120, 3000])
def test_all_words_lie_on_the_picture_and_none_on_another(count: int) -> None:
    numbers = [
        ("russell_2000", "breakout", 2000.0), ("btc_dominance", "dominance", 56.0),
        ("altcoin_season_index", "season", 76.0), ("btc_dominance", "health", 57.0),
        *(("another", topic, 0.0) for topic in TOPICS),
    ]  # fmt: skip
    told = [alert(indicator, topic, Kind.FIRED, value) for indicator, topic, value in numbers]
    late = FIRST + timedelta(days=count // 2)
    closes = seen("russell_2000", [1000.0 + index for index in range(count)])
    picture = drawn([*closes, *seen("btc_dominance", [40.0, 70.0], late)], told)
    charts.image(picture, "png")
    boxes = [(each.get_text(), each.get_window_extent()) for each in legible(picture)]
    assert {"record close", "57 %", "55 %", "ends, or is corrected", *TOPICS} <= {
        w for w, _ in boxes
    }
    for place, (name, box) in enumerate(boxes):
        assert 0 <= box.x0 < box.x1 <= 1600, name
        assert 0 <= box.y0 < box.y1 <= 1000, name
        for other, beside in boxes[place + 1 :]:
            assert not box.overlaps(beside), f"{name} over {other}"


def test_a_png_is_1600_by_1000_and_shows_an_added_alert() -> None:
    told = [alert("btc_dominance", "dominance", Kind.FIRED, 57.0, FIRST + timedelta(days=15))]
    more = [*told, replace(told[0], kind=Kind.RESOLVED, value=59.0)]
    pictures = [charts.image(drawn(three(), each), "png") for each in (told, told, more)]
    for picture in pictures:
        assert picture.startswith(b"\x89PNG\r\n\x1a\n")
        assert struct.unpack(">II", picture[16:24]) == (1600, 1000)
    assert pictures[0] == pictures[1]
    assert pictures[1] != pictures[2]


@pytest.mark.parametrize("suffix", charts.FORMATS)
def test_every_format_can_be_drawn(suffix: str) -> None:
    begins = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF", "webp": b"RIFF"}
    assert charts.image(drawn(three()), suffix).startswith(begins.get(suffix, b"\xff\xd8"))


def test_a_real_replay_puts_its_marks_on_the_line(tmp_path: Path) -> None:
    values = [58, 56.9, 56.8, 58.5, 56.5, 56.4]
    rows = [f"{date(2024, 1, 1) + timedelta(i)},{value}" for i, value in enumerate(values)]
    (tmp_path / "btc_dominance.csv").write_text("\n".join(["date,value", *rows]), encoding="utf-8")
    recording = replay.read(tmp_path)
    told = [a for a in replay.replay(recording, INDICATORS) if a.topic == "dominance"]
    axes = drawn(recording.observations, told).axes[DOMINANCE]
    (track,) = (each for each in axes.lines if each.get_label() == "Bitcoin dominance")
    on_line = set(map(tuple, np.asarray(track.get_xydata()).tolist()))
    placed = [place for places in marks(axes).values() for place in places]
    assert len(placed) == len(told) == 3
    assert set(placed) <= on_line


@pytest.mark.skipif(not HISTORY.is_dir(), reason="the recorded history is not beside this checkout")
def test_every_alert_of_real_history_has_its_mark(tmp_path: Path) -> None:
    for name in ("russell_2000", "btc_dominance", "altcoin_season_index", "cpi"):
        (tmp_path / f"{name}.csv").symlink_to(HISTORY / f"{name}.csv")
    recording = replay.read(tmp_path)
    told = list(replay.replay(recording, INDICATORS))
    picture = drawn(recording.observations, told)
    placed = [len(places) for axes in picture.axes for places in marks(axes).values()]
    assert sum(placed) == len(told) > 100
    assert [bool(marks(axes)) for axes in picture.axes] == [True] * 4


def test_nothing_but_drawing_loads_matplotlib() -> None:
    told = subprocess.run(
        [sys.executable, "-c", "import bot.cli, bot.app, sys; print(*sys.modules)"],
        capture_output=True, check=True, text=True, cwd=Path(__file__).parents[1],
    ).stdout.split()  # fmt: skip
    assert "bot.charts" in told
    assert not {"matplotlib", "numpy", "PIL"} & set(told)
