"""The pages that a person sees, in Debian's Chromium: the admin and Swagger, on a seeded site."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, sync_playwright

from daira import embedded
from tests.servers import ROOT
from tests.site import Server

pytestmark = pytest.mark.slow
PASSWORD = "a-password-for-the-browser-suite"
IMAGES = os.environ.get("DAIRA_IMAGES", "")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def site() -> Iterator[Server]:
    """A site with a seeded world on servers of its own."""
    home = Path(tempfile.mkdtemp(prefix="daira-page-"))
    own = dict.fromkeys(("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "QUEUE_URL"), "")
    environ = own | {
        "DAIRA_HOME": str(home),
        "DAIRA_ADMIN_PASSWORD": PASSWORD,
        "DATABASE_POOL_MIN": "2",
        "PROMETHEUS_MULTIPROC_DIR": str(home / "metrics"),
    }
    world = "small" if IMAGES else "tiny"
    for command in (["init"], ["seed", "--world", world]):
        arguments = [sys.executable, "manage.py", *command]
        subprocess.run(arguments, cwd=ROOT, env=os.environ | environ, check=True)
    server = Server(environ, home / "serve.log")
    server.wait()
    yield server
    server.stop(signal.SIGTERM)
    embedded.stop(home)
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if not chromium:
        pytest.skip("Debian's package chromium is not installed")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser, site: Server) -> Iterator[Page]:
    """A fresh page; it fails the test for a script error, a bad answer, or a foreign host."""
    troubles: list[str] = []
    context = browser.new_context(
        base_url=f"http://127.0.0.1:{site.port}", viewport={"width": 1280, "height": 800}
    )
    opened = context.new_page()
    opened.on("pageerror", lambda error: troubles.append(f"script: {error}"))
    opened.on("request", lambda request: troubles.extend(foreign(request, site)))
    opened.on(
        "response",
        lambda answer: troubles.append(answer.url) if answer.status >= 400 else None,
    )
    yield opened
    context.close()
    assert troubles == []


def foreign(request: Request, site: Server) -> list[str]:
    """The address asked for, where it is not the site's own."""
    own = (f"http://127.0.0.1:{site.port}/", "data:", "blob:")
    return [] if request.url.startswith(own) else [f"foreign: {request.url}"]


def keep(page: Page, name: str) -> None:
    """Save a picture for the README, where the run asks for them."""
    if IMAGES:
        page.screenshot(path=Path(IMAGES) / f"{name}.png")


def sign_in(page: Page) -> None:
    page.goto("/admin/")
    page.fill("#id_username", "admin")
    page.fill("#id_password", PASSWORD)
    page.click("input[type=submit]")
    page.wait_for_selector("#content-main")


def test_swagger_lists_the_addresses_without_another_host(page: Page) -> None:
    page.goto("/")
    page.wait_for_selector(".opblock")
    assert page.url.endswith("/api/docs/")
    shown = page.locator(".opblock-summary-path").all_inner_texts()
    assert any("/api/v1/posts/" in re.sub("\u200b", "", text) for text in shown)
    keep(page, "swagger")


def test_the_administrator_signs_in_and_every_list_opens(page: Page) -> None:
    sign_in(page)
    keep(page, "admin")
    lists = page.locator("#content-main th a").evaluate_all("all => all.map(a => a.href)")
    changelists = [address for address in lists if "/skeletal/" in address]
    assert len(changelists) >= 40
    for address in changelists:
        page.goto(address)
        page.wait_for_selector("#changelist")


def test_a_post_is_found_by_its_author_s_name_and_opened(page: Page) -> None:
    sign_in(page)
    page.goto("/admin/skeletal/post/")
    keep(page, "admin-posts")
    page.locator("#result_list tbody tr th a").first.click()
    page.wait_for_selector("#content-main form, #content-main .module")


def test_the_ledger_can_be_looked_at_and_not_changed(page: Page) -> None:
    sign_in(page)
    page.goto("/admin/skeletal/ledgerentry/")
    assert page.locator(".object-tools .addlink").count() == 0
    page.locator("#result_list tbody tr th a").first.click()
    page.wait_for_selector("#content-main")
    assert page.locator("input[name=_save]").count() == 0
    assert page.locator(".deletelink").count() == 0
