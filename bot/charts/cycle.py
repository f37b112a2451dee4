"""The whole picture: the leader, its followers, and all that was told of them."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from bot.catalogue import SERIES
from bot.charts.marks import draw_strip, mark, name_marks
from bot.charts.paint import in_order, on_axis, our_style
from bot.charts.panels import draw_panel
from bot.charts.tracks import Days, Span, track
from bot.model import Alert, Indicator, Observation
from bot.wording import day_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PANELS = {"russell_2000": 3.2, "btc_dominance": 2.2, "altcoin_season_index": 2.2}
"""Series key, which is its indicator's too -> height: the leader above its followers."""
LANE_HEIGHT = 0.27
"""One topic's row on the strip, in the same measure."""
OF_THE_BOARD = "phase"
"""The topic that speaks of all numbers, and so stands on no panel, whichever tipped the phase."""
INCHES, DOTS_PER_INCH = (16.0, 10.0), 100.0
LEAST_MARGIN = timedelta(hours=12)


def figure(
    observations: Sequence[Observation],
    alerts: Sequence[Alert],
    indicators: Sequence[Indicator],
    since: date | None = None,
    until: date | None = None,
) -> "Figure":
    """Draw a recording (not empty) and its alerts over the days from `since` to `until`.

    An alert stands on the panel of its indicator; one on another number, or on the phase, on a
    strip below with a row a topic.
    """
    from matplotlib.figure import Figure  # noqa: PLC0415 - slow to load, and rarely wanted.

    days = Days(since, until)
    shown = [alert for alert in alerts if days.hold(alert.decided_at)]
    elsewhere = [alert for alert in shown if _panel(alert) is None]
    lanes = in_order({alert.topic for alert in elsewhere})
    heights = [*PANELS.values(), *([LANE_HEIGHT * (len(lanes) + 1)] if lanes else [])]
    span = _span(observations, shown, days)
    with our_style():
        drawn = Figure(figsize=INCHES, dpi=DOTS_PER_INCH, layout="constrained")
        rows: list[Axes] = drawn.subplots(
            len(heights), sharex=True, squeeze=False, gridspec_kw={"height_ratios": heights}
        )[:, 0].tolist()
        for axes, key in zip(rows, PANELS, strict=False):
            rules = [rule for each in indicators if each.key == key for rule in each.rules]
            draw_panel(axes, SERIES[key], track(observations, key, days), rules, span)
            mark(axes, [(alert, alert.value) for alert in shown if _panel(alert) == key])
        if lanes:
            draw_strip(rows[-1], lanes, elsewhere)
        _draw_time(rows[-1], span)
        name_marks(drawn, {alert.topic for alert in shown if _panel(alert)})
        first, last = day_text(span.first.date()), day_text(span.last.date())
        vendor = observations[0].vendor
        drawn.suptitle(f"From small caps to altcoins, {first} to {last} · source: {vendor}")
    return drawn


def _panel(alert: Alert) -> str | None:
    on_panel = alert.indicator in PANELS and alert.topic != OF_THE_BOARD
    return alert.indicator if on_panel else None


def _span(observations: Sequence[Observation], shown: Sequence[Alert], days: Days) -> Span:
    """The time in which there is anything to see."""
    known = [each.observed_at for each in observations if each.series in PANELS]
    moments = [moment for moment in known if days.hold(moment)]
    moments += [alert.decided_at for alert in shown]
    moments = moments or [each.observed_at for each in observations]
    return Span(min(moments), max(moments))


def _draw_time(axes: "Axes", span: Span) -> None:
    """The days along the bottom, shared by all panels, with room for a whole mark at each end."""
    axes.xaxis_date()
    margin = max(span.length / 100, LEAST_MARGIN)
    axes.set_xlim(on_axis(span.first - margin), on_axis(span.last + margin))
