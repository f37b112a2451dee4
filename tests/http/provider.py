"""One host on loopback that answers whatever it was told to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from aiohttp import web


@dataclass(frozen=True)
class Says:
    """One answer; with a status of 0 the host hangs up without any."""

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)
    kind: str = "application/json"
    cut: bool = False
    """Break off in the middle of the body."""


@dataclass(frozen=True)
class Asked:
    """A request as it came in."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


class Provider:
    """Gives its answers one after the other; the last one again and again."""

    def __init__(self) -> None:
        self.answers = [Says()]
        self.asked: list[Asked] = []
        self.host = ""
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, shutdown_timeout=1.0, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.host = f"{host}:{port}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def url(self) -> str:
        return f"http://{self.host}/data"

    def say(self, *answers: Says) -> None:
        """From now on, answer so."""
        self.answers = list(answers)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.asked.append(Asked(request.method, request.raw_path, dict(request.headers), body))
        said = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        assert request.transport is not None
        if said.status == 0:
            request.transport.close()
            return web.Response()
        if said.cut:
            request.transport.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                b'ETag: "1"\r\nContent-Length: 500\r\n\r\n' + said.body
            )
            request.transport.close()
            return web.Response()
        headers = {"Content-Type": said.kind, **said.headers}
        return web.Response(body=said.body, status=said.status, headers=headers)
