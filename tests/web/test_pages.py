"""The pages as a browser, a preview, a scanner and somebody malicious meet them."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.login import LoginPages, build_pages
from bot.web.server import RateLimit, listen
from services.storage.database import Database
from tests.integration.accounts.world import ANN, ANNA
from tests.web.site import Browser, Site, finish_in_browser, open_site, patient_limit, query_of


async def test_the_whole_way_without_scripts(site: Site, browser: Browser) -> None:
    code = await finish_in_browser(site, browser)
    assert site.world.trades == []
    assert (await browser.get(browser.address)).code == code  # may be loaded again
    linked = await site.world.linking.finish(ANN, code)
    assert linked.link.name == "Anna"
    page = await browser.get(browser.address)
    assert (page.status, "This login is over" in page.text) == (400, True)


async def test_discord_proves_whose_browser_it_is(strong_site: Site) -> None:
    site, browser = strong_site, Browser(strong_site)
    await browser.get(f"{site.url}/link/{await site.world.begin()}")
    asked = (await browser.press()).location or ""
    assert asked.startswith(site.discord_url)
    at_spotify = (await browser.get(site.discord.decide(query_of(asked), ANN))).location or ""
    page = await browser.get(site.world.accounts.decide(query_of(at_spotify), ANNA))
    assert (page.status, "Connected" in page.text) == (200, True)
    assert [linked.link.user_id for linked in site.announced] == [ANN]


async def test_a_hundred_previews_change_nothing(site: Site) -> None:
    address = f"{site.url}/link/{await site.world.begin()}"
    before = await site.world.attempts.of_user(ANN, site.world.time.now())
    pages = [await Browser(site).get(address) for _ in range(100)]
    assert {page.status for page in pages} == {200}
    async with site.session.head(address) as answer:
        assert answer.status == 200
    assert await site.world.attempts.of_user(ANN, site.world.time.now()) == before


EXPECTED = {
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def check_headers(headers: Any) -> None:
    for name, value in EXPECTED.items():
        assert headers.getall(name) == [value], name
    policy = headers["Content-Security-Policy"]
    for rule in ("default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"):
        assert rule in policy
    assert "unsafe" not in policy
    assert "Server" not in headers


METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE")
ROUTES = (
    "/", "/link", "/link/x", "/callback", "/callback?code=1&state=2", "/done", "/done/x", "/discord",
    "/nothing/here", "/link/../etc/passwd", "/%00", "//evil.example/", "/link/%F0%9F%8E%B5",
)  # fmt: skip


@pytest.mark.parametrize("is_strong", [False, True])
async def test_every_answer_of_every_route_wears_the_headers(database_file: Path, is_strong: bool) -> None:
    async with (
        Database.open(f"sqlite:///{database_file}") as database,
        open_site(database, is_strong=is_strong) as site,
    ):
        seen = set()
        for route in ROUTES:
            for method in METHODS:
                async with site.session.request(
                    method, f"{site.url}{route}", allow_redirects=False
                ) as answer:
                    check_headers(answer.headers)
                    seen.add(answer.status)
                    assert answer.status < 500
        assert seen >= {400, 404, 405}
        browser = Browser(site)
        assert (await browser.get(f"{site.url}/link/{await site.world.begin()}")).status == 200
        check_headers(browser.page.headers if browser.page else {})
        page = await browser.press()
        assert page.status == 303
        check_headers(page.headers)


async def test_cookies_are_out_of_reach_for_scripts(site: Site) -> None:
    page = await Browser(site).get(f"{site.url}/link/{await site.world.begin()}")
    (cookie,) = page.headers.getall("Set-Cookie")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie


async def test_a_failure_of_ours_tells_nothing(
    site: Site, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_self: object, _token: str) -> None:
        raise RuntimeError("secret inner life")

    monkeypatch.setattr(type(site.world.linking), "look", broken)
    page = await browser.get(f"{site.url}/link/x")
    assert page.status == 500
    check_headers(page.headers)
    assert "secret inner life" not in page.text


async def test_a_request_that_is_no_http_learns_nothing(site: Site) -> None:
    for line in (b"GET /callback?code=topsecret HTTP/9\r\n\r\n", b"\x16\x03\x01\x02\x00\r\n\r\n",
                 b"GET / HTTP/1.1\r\nX: " + b"a" * 20_000 + b"\r\n\r\n"):  # fmt: skip
        reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
        writer.write(line)
        async with asyncio.timeout(10):
            answer = await reader.read()
        writer.close()
        assert b"400 Bad Request" in answer
        assert b"aiohttp" not in answer
        assert b"Python" not in answer
        assert b"Strict-Transport-Security" not in answer
        assert b"topsecret" not in answer


@pytest.mark.parametrize(
    "header", ["Host", "X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded", "X-Original-URL"]
)
@pytest.mark.parametrize("value", ["evil.example", "evil.example:80", "127.0.0.1@evil.example", "<script>"])
async def test_only_the_configured_address_appears(site: Site, header: str, value: str) -> None:
    browser = Browser(site)
    address = (
        f"{site.url}/link/{await site.world.begin()}?next=https://evil.example/&redirect_uri=//evil.example"
    )
    await browser.get(address)
    cookie = "; ".join(f"{name}={each}" for name, each in browser.cookies.items())
    text = browser.page.text if browser.page else ""
    csrf = re.findall(r'name="csrf" value="(\w+)"', text)[0]
    async with site.session.post(
        address, data={"csrf": csrf, "next": "//evil.example"}, headers={header: value, "Cookie": cookie},
        allow_redirects=False,
    ) as answer:  # fmt: skip
        assert answer.headers["Location"].startswith(f"{site.world.accounts_url}/authorize?")
        assert query_of(answer.headers["Location"])["redirect_uri"] == f"{site.url}/callback"
        assert "evil" not in str(answer.headers)
    async with site.session.get(address, headers={header: value}) as answer:
        assert "evil" not in str(answer.headers) + await answer.text()


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"csrf=%ff%fe", "application/x-www-form-urlencoded"),
        ("csrf=é".encode("latin-1"), "application/x-www-form-urlencoded"),
        (b"csrf=x", "application/x-www-form-urlencoded; charset=nonsense"),
        (b"--x\r\nno part", "multipart/form-data; boundary=x"),
        (b"", "multipart/form-data"),
        (b'--x\r\nContent-Disposition: form-data; name="csrf"; filename="f"\r\n\r\nx\r\n--x--\r\n',
         "multipart/form-data; boundary=x"),
        (b"{}", "application/json"),
    ],
)  # fmt: skip
async def test_forms_of_every_kind_of_nonsense_are_refused(site: Site, body: bytes, kind: str) -> None:
    for cookie in (b"tastemap=abc", b"tastemap=\xff\xfe", "tastemap=é".encode(), b"tastemap"):
        headers = {"Content-Type": kind, "Cookie": cookie.decode("utf-8", "surrogateescape")}
        async with site.session.post(f"{site.url}/link/x", data=body, headers=headers) as answer:
            assert answer.status in {400, 415}
            check_headers(answer.headers)


@given(state=st.text(max_size=40))
def test_any_state_can_be_hashed_as_the_pages_do(state: str) -> None:
    from services.accounts.linking import hash_of

    assert re.fullmatch(r"[0-9a-f]{64}", hash_of(state))
    assert hash_of(state) != hash_of(f"{state} ")


async def test_a_body_of_more_than_sixteen_kilobytes_is_refused(site: Site, browser: Browser) -> None:
    await browser.get(f"{site.url}/link/{await site.world.begin()}")
    cookie = "; ".join(f"{name}={each}" for name, each in browser.cookies.items())
    async with site.session.post(
        browser.address, data={"csrf": "x" * 17_000}, headers={"Cookie": cookie}
    ) as answer:
        assert answer.status == 413
        check_headers(answer.headers)


@pytest.mark.parametrize("sent", [b"", b"GET /link/x HTTP/1.1\r\nHost: a\r\nX-Slow: "])
async def test_connections_that_never_ask_are_closed_while_others_are_served(
    database_file: Path, sent: bytes
) -> None:
    async with (
        Database.open(f"sqlite:///{database_file}") as database,
        open_site(database, sent_within_s=0.4) as site,
    ):
        slow = [await asyncio.open_connection("127.0.0.1", site.port) for _ in range(100)]
        for _, writer in slow:
            writer.write(sent)
        assert (await Browser(site).get(f"{site.url}/link/{await site.world.begin()}")).status == 200
        async with asyncio.timeout(30):
            ends = await asyncio.gather(*(reader.read() for reader, _ in slow), return_exceptions=True)
        assert all(end == b"" or isinstance(end, ConnectionError) for end in ends)
        for _, writer in slow:
            writer.close()
        assert (await Browser(site).get(f"{site.url}/link/{await site.world.begin()}")).status == 200


class TestLimits:
    async def ask(self, site: Site, forwarded: str = "") -> int:
        headers = {"X-Forwarded-For": forwarded} if forwarded else {}
        async with site.session.get(f"{site.url}/nothing", headers=headers) as answer:
            if answer.status == 429:
                assert 0 < int(answer.headers["Retry-After"]) <= 61
                check_headers(answer.headers)
            return answer.status

    async def test_a_visitor_has_forty_calls_a_minute_whatever_they_claim(self, database_file: Path) -> None:
        now = [0.0]
        async with (
            Database.open(f"sqlite:///{database_file}") as database,
            open_site(database, limit=RateLimit(clock=lambda: now[0])) as site,
        ):
            statuses = [await self.ask(site, f"203.0.{turn}.7") for turn in range(42)]
            assert statuses == [404] * 40 + [429] * 2
            now[0] = 60.0
            assert await self.ask(site) == 404

    async def test_behind_a_trusted_proxy_each_visitor_counts_alone(self, database_file: Path) -> None:
        async with (
            Database.open(f"sqlite:///{database_file}") as database,
            open_site(database, limit=RateLimit(clock=lambda: 0.0), proxies="127.0.0.0/8, 10.0.0.1") as site,
        ):
            for visitor in ("203.0.113.7", "2001:db8::1", "198.51.100.1, 10.0.0.1"):
                statuses = [await self.ask(site, visitor) for _ in range(41)]
                assert statuses == [404] * 40 + [429]
            # What a visitor writes in front of the proxy's word does not count.
            assert await self.ask(site, "192.0.2.1, 203.0.113.9") == 429

    def test_one_visitor_cannot_use_up_everybodys_calls(self) -> None:
        limit = RateLimit(clock=lambda: 0.0)
        assert sum(limit.wait_s("loud") == 0 for _ in range(10_000)) == 40
        assert limit.wait_s("quiet") == 0

    def test_all_together_have_six_hundred(self) -> None:
        limit = RateLimit(clock=lambda: 0.0)
        assert sum(limit.wait_s(f"visitor {number}") == 0 for number in range(2_000)) == 600

    def test_after_a_minute_a_refused_visitor_is_let_in_whatever_they_tried_meanwhile(self) -> None:
        now = [0.0]
        limit = RateLimit(clock=lambda: now[0])
        assert [limit.wait_s("one") for _ in range(40)] == [0.0] * 40
        assert limit.wait_s("one") == 60.0
        now[0] = 59.0
        assert limit.wait_s("one") == 1.0
        now[0] = 61.0
        assert [limit.wait_s("one") for _ in range(40)] == [0.0] * 40
        assert limit.wait_s("one") == 60.0

    async def test_a_crowd_of_networks_locks_nobody_out_who_has_a_link(self, database_file: Path) -> None:
        async with (
            Database.open(f"sqlite:///{database_file}") as database,
            open_site(database, limit=RateLimit(clock=lambda: 0.0), proxies="127.0.0.1") as site,
        ):
            for network in range(16):
                for _ in range(40):
                    last = await self.ask(site, f"203.0.{network}.7")
            assert last == 429
            assert await self.ask(site) == 429
            code = await finish_in_browser(site, Browser(site))
            assert (await site.world.linking.finish(ANN, code)).link.name == "Anna"
            async with site.session.get(f"{site.url}/link/guessed") as answer:
                assert answer.status == 429

    async def test_a_link_opens_forty_pages_a_minute(self, database_file: Path) -> None:
        async with (
            Database.open(f"sqlite:///{database_file}") as database,
            open_site(database, limit=RateLimit(clock=lambda: 0.0)) as site,
        ):
            address = f"{site.url}/link/{await site.world.begin()}"
            statuses = [(await Browser(site).get(address)).status for _ in range(82)]
            assert statuses == [200] * 80 + [429] * 2  # forty as a stranger, forty by the link


async def test_on_https_the_cookie_belongs_to_this_host_alone(site: Site) -> None:
    """Behind a proxy that ends TLS the pages speak plain HTTP, but say what browsers see."""
    pages = LoginPages(linking=site.world.linking, public_url="https://map.example/")
    app = build_pages(
        pages, form_targets=["https://accounts.spotify.com"], is_https=True, limit=patient_limit()
    )
    async with listen(app, host="127.0.0.1", port=0, is_https=True) as port:
        for line in (
            b"GET / HTTP/9\r\n\r\n",
            b"POST / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\nContent-Length: 0\r\n\r\n",
        ):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(line)
            answered = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
            writer.close()
            assert b"Strict-Transport-Security" in answered
            assert b"X-Content-Type-Options: nosniff" in answered
            assert b"Server:" not in answered
        token = await site.world.begin()
        async with site.session.get(f"http://127.0.0.1:{port}/link/{token}") as answer:
            check_headers(answer.headers)
            assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
            assert (
                "form-action 'self' https://accounts.spotify.com;"
                in answer.headers["Content-Security-Policy"]
            )
            (cookie,) = answer.headers.getall("Set-Cookie")
            assert cookie.startswith("__Host-tastemap=")
            assert "Secure" in cookie
            assert "Domain" not in cookie
