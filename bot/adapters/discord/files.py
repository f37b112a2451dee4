"""A message and its picture as one body.

The form is that of discord.com/developers/docs/reference#uploading-files.
"""

import secrets

from bot.adapters.discord.pages import FILE

_BOUNDARY = secrets.token_hex(16)
"""Between the pieces; nobody can have made it part of a picture."""
CONTENT_TYPE = f"multipart/form-data; boundary={_BOUNDARY}"

_BEFORE_BODY = (
    f"--{_BOUNDARY}\r\n"
    'Content-Disposition: form-data; name="payload_json"\r\n'
    "Content-Type: application/json\r\n\r\n"
).encode()
_BEFORE_FILE = (
    f"\r\n--{_BOUNDARY}\r\n"
    f'Content-Disposition: form-data; name="files[0]"; filename="{FILE}"\r\n'
    "Content-Type: image/png\r\n\r\n"
).encode()
_END = f"\r\n--{_BOUNDARY}--\r\n".encode()


def multipart(body: bytes, png: bytes) -> bytes:
    """A JSON body that describes one attachment, and what is attached."""
    return b"".join((_BEFORE_BODY, body, _BEFORE_FILE, png, _END))
