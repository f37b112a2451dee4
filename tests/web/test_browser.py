"""The page in a real browser: what is painted, on a desk and on a phone, by day and by night."""

import asyncio
import importlib.util
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise, product
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from bot.stores.connect import Client
from tests.watch import watch_on
from tests.web.town import Town, open_town

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-quic",
)  # fmt: skip
CONTRAST = Path(__file__).with_name("contrast.js").read_text(encoding="utf-8")
ROOT = Path(__file__).parents[2]
ARTEFACTS = os.environ.get("ARTEFACTS", ROOT / "artefacts")  # noqa: TID251 - the Makefile's say.
PICTURES = Path(ARTEFACTS) / "screenshots"
"""Kept by CI, and not by git."""
DESK, PHONE, NARROWEST = 1280, 360, 320
LOOKS = tuple(product(("light", "dark"), (DESK, PHONE)))

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium here"),
    pytest.mark.skipif(
        importlib.util.find_spec("playwright") is None, reason="Playwright is not installed"
    ),
]


@pytest_asyncio.fixture
async def browser() -> "AsyncIterator[Browser]":
    from playwright.async_api import async_playwright  # noqa: PLC0415 - it may be absent.

    async with asyncio.timeout(50), async_playwright() as driver:
        launched = await driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        await launched.close()


@asynccontextmanager
async def _opened(
    browser: "Browser", url: str, *, width: int = DESK, scheme: str = "light", scripts: bool = True
) -> "AsyncIterator[Page]":
    """A page, which must not have made the browser complain when it is left."""
    context = await browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
        java_script_enabled=scripts,
    )
    complaints: list[str] = []
    page = await context.new_page()
    page.on("console", lambda said: complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda request: complaints.append(request.url))
    await page.goto(url)
    yield page
    await context.close()
    assert complaints == []


async def _leave_picture(page: "Page", name: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=PICTURES / f"{name}.png", full_page=True)


async def _has_contrast(page: "Page") -> None:
    seen = await page.evaluate(CONTRAST)
    assert seen["looked"] > 0
    assert seen["found"] == []


async def _fits(page: "Page") -> None:
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_it_can_be_read_by_day_and_by_night_on_a_desk_and_on_a_phone(
    town: Town, browser: "Browser"
) -> None:
    for scheme, width in LOOKS:
        async with _opened(browser, town.url, width=width, scheme=scheme) as page:
            await page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
            await _has_contrast(page)
            await _fits(page)
            await page.evaluate("document.querySelectorAll('details').forEach(d => d.open = false)")
            await _leave_picture(page, f"board-{scheme}-{width}")
            shares = page.get_by_role("table", name="Shares")
            assert await shares.get_by_role("columnheader").count() == 5
            row = shares.get_by_role("row", name="S&P 500")
            assert "6,900.00 index points" in await row.get_by_role("cell").first.inner_text()
            await page.set_viewport_size({"width": NARROWEST, "height": 600})
            await _fits(page)


async def test_it_is_in_order_for_who_hears_it_or_has_no_mouse(
    town: Town, browser: "Browser"
) -> None:
    async with _opened(browser, f"{town.url}/") as page:
        headings = await page.evaluate(
            "[...document.querySelectorAll('h1,h2,h3,h4')].map(each => Number(each.tagName[1]))"
        )
        assert headings.count(1) == 1
        assert headings[0] == 1
        assert all(after - before <= 1 for before, after in pairwise(headings))
        ids = await page.evaluate("[...document.querySelectorAll('[id]')].map(each => each.id)")
        assert len(ids) == len(set(ids))
        lost = await page.evaluate(
            "[...document.querySelectorAll('a[href^=\"#\"]')].map(each => each.hash)"
            ".filter(hash => !document.getElementById(decodeURIComponent(hash.slice(1))))"
        )
        assert lost == []
        for role in ("banner", "main", "contentinfo", "navigation"):
            assert await page.get_by_role(role).count() == 1
        chart = page.get_by_role("img", name="Russell 2000, closes of two years and the record")
        assert await chart.count() == 1
        await page.keyboard.press("Tab")
        first = page.locator(":focus-visible")
        assert await first.inner_text() == "Skip to the board"
        assert await first.evaluate("each => each.getBoundingClientRect().top >= 0")
        await page.get_by_text("Why", exact=True).first.focus()
        await page.keyboard.press("Enter")
        assert await page.get_by_text("Rule: russell_breakout fires").is_visible()
        box = await page.locator("[aria-current=step]").evaluate("each => getComputedStyle(each)")
        assert box["fontWeight"] == "700"


async def test_without_scripts_without_data_and_without_a_page_it_speaks(
    store_client: Client, browser: "Browser"
) -> None:
    async with watch_on(store_client) as watch, open_town(watch) as fresh:
        async with _opened(browser, fresh.url, width=PHONE, scripts=False) as page:
            assert await page.get_by_role("heading", level=1).inner_text() == "Unknown"
            assert await page.get_by_text("Nothing has been read yet.").is_visible()
        for scheme in ("light", "dark"):
            async with _opened(browser, fresh.url, width=PHONE, scheme=scheme) as page:
                await _has_contrast(page)
                await _fits(page)
                await _leave_picture(page, f"fresh-{scheme}-{PHONE}")
        context = await browser.new_context()
        page = await context.new_page()
        answer = await page.goto(f"{fresh.url}/nowhere")
        assert answer is not None
        assert answer.status == 404
        await _has_contrast(page)
        await page.get_by_role("link", name="To the board").click()
        assert await page.title() == "Unknown · altseason-bot"
        await context.close()
