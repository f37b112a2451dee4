"""Colours, type and formats: a picture looks alike wherever it is drawn."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING

from bot.topics import TOPICS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = ("png", "svg", "pdf", "webp", "jpg", "jpeg")
"""What a picture can be written as."""
INK, PALE, FAINT = "#30363d", "#d0d7de", "#8b949e"
SOFT, WHITE = "#57606a", "#ffffff"
RULE_COLOURS = ("#0969da", "#bc4c00", "#8250df", "#1a7f37")
"""Of the rules that watch one number; all can be read as text on white."""
PALETTE = (
    "#d1242f", "#d97706", "#0969da", "#1a7f37", "#00a3c4", "#bf3989", "#0d9488", "#4f46b8",
    "#7f1d1d", "#92610a", "#65851d", "#57606a", "#8250df", "#24292f",
)  # fmt: skip
_COLOURS = dict(zip(TOPICS, PALETTE, strict=False))


def colour(topic: str) -> str:
    """A topic's own colour; grey for one that nobody can subscribe to."""
    return _COLOURS.get(topic, FAINT)


def in_order(topics: set[str]) -> list[str]:
    """Topics in the order in which people read them."""
    return [*(topic for topic in TOPICS if topic in topics), *sorted(topics - TOPICS.keys())]


def on_axis(moment: datetime) -> float:
    """Days since 1970 in UTC, as matplotlib measures time."""
    return moment.timestamp() / 86_400.0


def image(drawn: "Figure", suffix: str) -> bytes:
    """The picture in one of FORMATS."""
    out = BytesIO()
    with our_style():
        drawn.savefig(out, format=suffix)
    return out.getvalue()


@contextmanager
def our_style() -> Iterator[None]:
    """Leave aside whatever the reader's own matplotlib is set to."""
    from matplotlib import style  # noqa: PLC0415 - slow to load, and rarely wanted.

    ours = {
        "font.size": 11.0, "figure.titlesize": 16.0, "figure.titleweight": "bold",
        "axes.titlesize": 12.0, "axes.titleweight": "bold", "axes.titlelocation": "left",
        "axes.edgecolor": PALE, "axes.spines.top": False, "axes.spines.right": False,
        "axes.grid": True, "grid.color": PALE, "grid.linewidth": 0.6, "axes.axisbelow": True,
        "lines.linewidth": 1.2, "legend.frameon": False, "text.color": INK,
        "axes.labelcolor": INK, "xtick.color": INK, "ytick.color": INK,
        "date.converter": "concise",
        "figure.constrained_layout.w_pad": 0.14, "figure.constrained_layout.h_pad": 0.1,
    }  # fmt: skip
    with style.context(["default", ours]):
        yield
