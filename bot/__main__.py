"""`python -m bot`."""

import sys


def run() -> int:
    """Run the command line; an interrupt while it is still loading ends it without a word."""
    try:
        from bot.cli import main  # noqa: PLC0415 - loading takes a second, in which people interrupt.

        return main()
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(run())
