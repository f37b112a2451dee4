"""The pictures show what was sent, and nothing is cut off."""

from io import BytesIO

from PIL import Image

from tests.transcripts.draw import DISCORD_DARK, TELEGRAM_LIGHT, WIDTH, draw
from tests.transcripts.markup import of_discord, of_telegram
from tests.transcripts.talk import Run, typed


def test_a_telegram_text_is_read_with_its_styles_and_buttons() -> None:
    keyboard = '{"inline_keyboard": [[{"text": "Why"}, {"text": "Chart"}], [{"text": "Mute"}]]}'
    said = of_telegram("<b>A &lt;b&gt;</b>\nplain\n<i>foot</i>", keyboard)
    assert said.lines == (
        (Run("A <b>", bold=True),),
        (Run("plain"),),
        (Run("foot", italic=True),),
    )
    assert said.buttons == (("Why", "Chart"), ("Mute",))


def test_a_discord_message_is_read_with_its_colour_and_buttons() -> None:
    embed = {"title": r"58\.9 \*", "description": "a\nb", "footer": {"text": "f"}, "color": 255}
    row = {"components": [{"label": "Why"}]}
    said = of_discord({"embeds": [embed], "components": [row]}, alone=True)
    assert [line[0].text for line in said.lines] == ["58.9 *", "a", "b", "f"]
    assert (said.colour, said.buttons) == ("#0000ff", (("Why",),))


def test_longer_talks_make_higher_pictures_of_the_same_width() -> None:
    short = Image.open(BytesIO(draw([[typed("/status")]], TELEGRAM_LIGHT)))
    long = Image.open(BytesIO(draw([[typed("word " * 200), typed("/status")]], DISCORD_DARK)))
    assert short.width == long.width == WIDTH
    assert long.height > short.height
    beside = Image.open(BytesIO(draw([[typed("a")], [typed("b"), typed("c")]], TELEGRAM_LIGHT)))
    assert (beside.width, beside.height > short.height) == (2 * WIDTH, True)
