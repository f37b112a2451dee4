"""A pack as a short code that holds all of it, so that nothing has to be stored to pass it on.

    1 <base64url of: 3 bytes of CRC-32, then raw deflate of: topics, line feed, a rule a line>

The digit is the version: it stands for the preset dictionary, which must never change (RFC 1951;
RFC 1950, section 2.2, FDICT; RFC 4648, section 5, without padding). What comes in is a stranger's:
nothing is read of it beyond fixed lengths, and what it says is only text that has still to be
understood.
"""

import base64
import binascii
import string
import zlib
from collections.abc import Iterator

from bot.language import _
from bot.packs.contents import Pack
from bot.packs.dictionary import DICTIONARY

VERSION = "1"
LONGEST_LINK = 62
"""Characters of a code that fits a Telegram link's 64, behind `p_`."""
LONGEST_CODE = 3000
"""One that is longer could not be sent in one message with a word around it everywhere."""
MOST_TEXT_BYTES = 32_768
MOST_RULES = 100
CHECK_BYTES = 3
RAW = -zlib.MAX_WBITS
LEVEL, MEMORY = 9, 9
STRATEGIES = (zlib.Z_FIXED, zlib.Z_DEFAULT_STRATEGY)


class BadCode(Exception):
    """A code cannot be read or written; the sentence says why."""


def is_code(word: str) -> bool:
    """Whether somebody means a code by this: names of packs begin with a letter."""
    return word[:1] in string.digits and word != ""


def write(pack: Pack) -> str:
    """The pack's code; raises BadCode where it would be too long."""
    text = "\n".join((" ".join(pack.topics), *pack.rules)).encode()
    raw = _check(text) + min(_deflated(text), key=len)
    code = VERSION + base64.urlsafe_b64encode(raw).decode().rstrip("=")
    if len(code) > LONGEST_CODE or len(text) > MOST_TEXT_BYTES or len(pack.rules) > MOST_RULES:
        raise BadCode(
            _("That is too much for one code; /export writes all of it, in several parts.")
        )
    return code


def read(code: str) -> Pack:
    """What a code holds; raises BadCode, and nothing else."""
    if code[:1] != VERSION:
        raise BadCode(
            _("That code was made by another version of me, which writes codes I cannot read.")
        )
    damaged = BadCode(
        _("That code is damaged: a part is missing or was changed. Copy it as a whole, once more.")
    )
    if len(code) > LONGEST_CODE:
        raise damaged
    raw = _decoded(code[1:])
    text = None if raw is None else _inflated(raw[CHECK_BYTES:])
    if raw is None or text is None or _check(text) != raw[:CHECK_BYTES]:
        raise damaged
    try:
        topics, *rules = text.decode().split("\n")
    except UnicodeDecodeError:
        raise damaged from None
    if len(rules) > MOST_RULES:
        raise damaged
    return Pack(tuple(topics.split()), tuple(rules))


def _check(text: bytes) -> bytes:
    """Against slips of the hand: whoever forges a code can say no more than is said in words."""
    return zlib.crc32(text).to_bytes(4, "big")[-CHECK_BYTES:]


def _deflated(text: bytes) -> Iterator[bytes]:
    for strategy in STRATEGIES:
        packer = zlib.compressobj(LEVEL, zlib.DEFLATED, RAW, MEMORY, strategy, DICTIONARY)
        yield packer.compress(text) + packer.flush()


def _decoded(letters: str) -> bytes | None:
    """The bytes of url-safe base64 without padding; None for what nobody would have written."""
    try:
        raw = base64.b64decode(letters + "=" * (-len(letters) % 4), b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if base64.urlsafe_b64encode(raw).decode().rstrip("=") == letters else None


def _inflated(packed: bytes) -> bytes | None:
    """The text, of which no more is unpacked than a pack may hold; None for anything else."""
    unpacker = zlib.decompressobj(RAW, DICTIONARY)
    try:
        text = unpacker.decompress(packed, MOST_TEXT_BYTES)
    except zlib.error:
        return None
    return text if unpacker.eof and not unpacker.unused_data else None
