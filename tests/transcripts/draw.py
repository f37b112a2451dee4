"""A talk as a picture, in the manner of its platform."""

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from tests.transcripts.talk import Run, Said

SCALE = 2
WIDTH = 430 * SCALE
MARGIN, PADDING, GAP, CORNER = 12 * SCALE, 11 * SCALE, 8 * SCALE, 12 * SCALE
TEXT, SMALL = 14 * SCALE, 11 * SCALE
LEADING = 20 * SCALE
BUTTON, BUTTON_TEXT, BETWEEN = 34 * SCALE, 12 * SCALE, 4 * SCALE
WIDEST = WIDTH - 4 * MARGIN
COLOURS = 80


@dataclass(frozen=True, slots=True)
class Look:
    """A platform's colours, and whether what the bot says stands in a bubble or beside a bar."""

    ground: str
    bubble: str
    mine: str
    ink: str
    faint: str
    button: str
    button_ink: str
    bar: bool = False


TELEGRAM_LIGHT = Look("#d5e3ee", "#ffffff", "#e3fdc9", "#14181c", "#6b7885", "#8fa9bd", "#ffffff")
TELEGRAM_DARK = Look("#0e1621", "#182533", "#2b5278", "#f2f5f8", "#8aa0b4", "#2a3b4d", "#ffffff")
DISCORD_LIGHT = Look(
    "#ffffff", "#f2f3f5", "#ffffff", "#1f2225", "#5c5e66", "#e3e5e8", "#1f2225", bar=True
)
DISCORD_DARK = Look(
    "#313338", "#2b2d31", "#313338", "#eceef0", "#a3a6aa", "#4e5058", "#ffffff", bar=True
)


@functools.cache
def _font(size: int, *, bold: bool = False, italic: bool = False) -> ImageFont.FreeTypeFont:
    style = {(True, False): "-Bold", (False, True): "-Oblique", (True, True): "-BoldOblique"}
    name = f"DejaVuSans{style.get((bold, italic), '')}.ttf"
    return ImageFont.truetype(str(files("matplotlib") / "mpl-data/fonts/ttf" / name), size)


def _words(line: Sequence[Run]) -> Iterator[Run]:
    for run in line:
        for place, word in enumerate(run.text.split(" ")):
            yield Run(word if place == 0 else f" {word}", run.bold, run.italic)


def _width(run: Run, size: int) -> float:
    return _font(size, bold=run.bold, italic=run.italic).getlength(run.text)


def _wrapped(lines: Sequence[Sequence[Run]], width: float, size: int) -> list[list[Run]]:
    """The lines broken between words where they are wider than that."""
    found: list[list[Run]] = []
    for line in lines:
        row: list[Run] = []
        used = 0.0
        for word in _words(line):
            if row and used + _width(word, size) > width:
                found.append(row)
                row, used = [], 0.0
            shown = word if row else replace(word, text=word.text.lstrip())
            row.append(shown)
            used += _width(shown, size)
        found.append(row)
    return found


@dataclass(frozen=True, slots=True)
class _Block:
    """One message with all its places known."""

    said: Said
    rows: list[list[Run]]
    picture: Image.Image | None
    width: int
    height: int

    keys: list[list[tuple[str, float]]]
    """Rows of buttons, each with its width."""

    @property
    def below(self) -> int:
        """Buttons and the note."""
        note = SMALL + GAP if self.said.note else 0
        return len(self.keys) * (BUTTON + BETWEEN) + note


def _block(said: Said, look: Look) -> _Block:
    inner = WIDEST - 2 * PADDING
    rows = _wrapped(said.lines, inner, TEXT)
    text = max((sum(_width(run, TEXT) for run in row) for row in rows), default=0.0)
    picture = None
    if said.picture is not None:
        whole = Image.open(BytesIO(said.picture)).convert("RGB")
        picture = whole.resize((inner, round(whole.height * inner / whole.width)))
    wide = picture is not None or said.buttons or (look.bar and said.ours)
    width = WIDEST if wide else round(text) + 2 * PADDING
    height = 2 * PADDING + len(rows) * LEADING + (picture.height + GAP if picture else 0)
    keys = _snug(said.buttons, width) if look.bar else _spread(said.buttons, width)
    return _Block(said, rows, picture, width, height, keys)


def _spread(rows: Sequence[Sequence[str]], width: int) -> list[list[tuple[str, float]]]:
    """Telegram's buttons share the width of their row."""
    return [
        [(label, (width - BETWEEN * (len(row) - 1)) / len(row)) for label in row] for row in rows
    ]


def _snug(rows: Sequence[Sequence[str]], width: int) -> list[list[tuple[str, float]]]:
    """Discord's are as wide as their labels, and go on below where a row is full."""
    found: list[list[tuple[str, float]]] = []
    for row in rows:
        left = 0.0
        for label in row:
            wide = _font(BUTTON_TEXT).getlength(label) + 2 * PADDING
            if wide > left:
                found.append([])
                left = width
            found[-1].append((label, wide))
            left -= wide + BETWEEN
    return found


def draw(screens: Sequence[Sequence[Said]], look: Look) -> bytes:
    """A talk as a PNG of few colours, one screen of it beside the other."""
    columns = [[_block(said, look) for said in talk] for talk in screens]
    height = max(sum(each.height + each.below + GAP for each in column) for column in columns)
    image = Image.new("RGB", (WIDTH * len(columns), height + 2 * MARGIN), look.ground)
    for number, column in enumerate(columns):
        top = MARGIN
        for block in column:
            side = MARGIN if block.said.ours or look.bar else WIDTH - MARGIN - block.width
            _draw_block(image, block, look, number * WIDTH + side, top)
            top += block.height + block.below + GAP
    out = BytesIO()
    image.quantize(COLOURS).save(out, format="png", optimize=True)
    return out.getvalue()


def _draw_block(image: Image.Image, block: _Block, look: Look, left: int, top: int) -> None:
    pen, said = ImageDraw.Draw(image), block.said
    right, bottom = left + block.width, top + block.height
    fill = look.bubble if said.ours else look.mine
    pen.rounded_rectangle((left, top, right, bottom), CORNER, fill=fill)
    if look.bar and said.ours:
        pen.rounded_rectangle(
            (left, top, left + 4 * SCALE, bottom), 2 * SCALE, fill=said.colour or look.faint
        )
    x, y = left + PADDING, top + PADDING
    picture_first = block.picture is not None and not look.bar
    if picture_first and block.picture is not None:
        image.paste(block.picture, (x, y))
        y += block.picture.height + GAP
    for row in block.rows:
        _draw_row(pen, row, x, y, look.ink)
        y += LEADING
    if block.picture is not None and not picture_first:
        image.paste(block.picture, (x, y + GAP // 2))
    _draw_below(pen, block, look, left, bottom)


def _draw_row(pen: ImageDraw.ImageDraw, row: Sequence[Run], x: float, y: float, ink: str) -> None:
    for run in row:
        font = _font(TEXT, bold=run.bold, italic=run.italic)
        pen.text((x, y), run.text, font=font, fill=ink)
        x += font.getlength(run.text)


def _draw_below(pen: ImageDraw.ImageDraw, block: _Block, look: Look, left: int, top: int) -> None:
    said, y = block.said, top + BETWEEN
    for row in block.keys:
        x = float(left)
        for label, wide in row:
            pen.rounded_rectangle((x, y, x + wide, y + BUTTON), CORNER // 2, fill=look.button)
            font = _font(BUTTON_TEXT)
            offset = (wide - font.getlength(label)) / 2
            pen.text((x + offset, y + BUTTON / 4), label, font=font, fill=look.button_ink)
            x += wide + BETWEEN
        y += BUTTON + BETWEEN
    if said.note:
        pen.text((left + PADDING, y), said.note, font=_font(SMALL), fill=look.faint)
