"""What was said in a chat, as its platform carried it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Run:
    """Some text in one style."""

    text: str
    bold: bool = False
    italic: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """One message: lines of runs, a picture, and rows of buttons."""

    ours: bool
    """Whether the bot said it."""
    lines: tuple[tuple[Run, ...], ...] = ()
    picture: bytes | None = None
    buttons: tuple[tuple[str, ...], ...] = ()
    colour: str = ""
    """Of the bar beside it, where the platform draws one."""
    note: str = ""
    """A small line under it, as "Only you can see this"."""

    @property
    def text(self) -> str:
        """What it says, line by line, without styles."""
        return "\n".join("".join(run.text for run in line) for line in self.lines)


def typed(text: str) -> Said:
    """What a person wrote."""
    return Said(ours=False, lines=((Run(text),),))


def pressed(label: str) -> Said:
    """A button that a person pressed."""
    return Said(ours=False, lines=((Run(f"[ {label} ]", italic=True),),))
