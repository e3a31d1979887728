"""The site of the documentation in a real browser: its search finds, and it asks no other host."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from benchmarks.site import Site

pytest.importorskip("zensical", reason="zensical is not installed: pip install 'nutgraf[docs]'")

CHROMIUM = shutil.which("chromium")

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium: apt-get install chromium")


def test_search_leads_from_the_first_page_to_an_option_without_another_host(tmp_path: Path) -> None:
    folder = Site().build(tmp_path)
    serve = [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", folder]
    with (
        subprocess.Popen(serve, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server,
        sync_playwright() as playwright,
    ):
        assert server.stdout
        (port,) = re.findall(r"port (\d+)", server.stdout.readline())
        home = f"http://127.0.0.1:{port}/"
        try:
            browser = playwright.chromium.launch(executable_path=CHROMIUM)
            context = browser.new_context()
            asked: list[str] = []
            context.on("request", lambda request: asked.append(request.url))
            page = context.new_page()
            page.goto(home, wait_until="networkidle")
            while not page.locator("input:focus").count():  # until the page's script hears it
                page.keyboard.press("Control+k")
                page.wait_for_timeout(500)
            page.keyboard.type("--max-mb")
            hit = page.locator("a[href*='cli.html'], a[href*='http.html']").filter(has_text="--max-mb").first
            hit.click()
            expect(page).to_have_url(re.compile(r"/(cli|http)\.html"))
            assert [url for url in asked if not url.startswith((home, "blob:", "data:"))] == []
            browser.close()
        finally:
            server.terminate()
