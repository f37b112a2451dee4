"""The audit of dependencies: a finding fails, and a service that says nothing is no clean bill."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

ROOT = Path(__file__).parents[1]
HASH = f"sha256:{'0' * 64}"
HOLE = {
    "id": "PYSEC-2041-7",
    "summary": "It opens the door.",
    "affected": [
        {
            "package": {"name": "leaky", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.5"}]}],
        }
    ],
}


@pytest.fixture
async def service() -> AsyncIterator[str]:
    """An OSV that knows of one hole, in `leaky`."""

    async def query(request: web.Request) -> web.Response:
        asked = json.loads(await request.text())
        leaky = asked["package"]["name"] == "leaky"
        return web.json_response({"vulns": [HOLE]} if leaky else {})

    app = web.Application()
    app.router.add_post("/v1/query", query)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/v1/query"
    await runner.cleanup()


async def audited(folder: Path, url: str, *pins: str) -> tuple[int | None, str]:
    lock = folder / "requirements.lock"
    lock.write_text("".join(f"{pin} --hash={HASH}\n" for pin in pins), encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(ROOT / ".ci/audit.py"), str(lock), "--osv-url", url,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    return process.returncode, said.decode()


async def test_a_finding_fails_and_names_the_version_that_mends_it(
    service: str, tmp_path: Path
) -> None:
    code, said = await audited(tmp_path, service, "leaky==1.4", "sound==2.0")
    assert code == 1
    assert "leaky 1.4: PYSEC-2041-7, mended by 1.5" in said
    assert "OSV: 2 dependencies, 1 with known holes" in said


async def test_no_finding_passes_and_says_how_many_were_looked_at(
    service: str, tmp_path: Path
) -> None:
    assert await audited(tmp_path, service, "sound==2.0") == (
        0,
        "OSV: 1 dependencies, 0 with known holes\n",
    )


async def test_where_nobody_answers_the_audit_is_skipped_and_says_why(tmp_path: Path) -> None:
    # Nothing listens on port 1, and nobody but root could make it.
    code, said = await audited(tmp_path, "http://127.0.0.1:1/v1/query", "sound==2.0")
    assert code == 0
    assert said.startswith("SKIPPED, no service can tell of the dependencies.\n  OSV: ")
    assert "ConnectionError" in said
