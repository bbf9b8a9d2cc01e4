from __future__ import annotations

from aiohttp import web

from services.sources.http.session import Timeouts, user_agent
from tests.unit.services.sources.fakes import serve, session


def test_the_user_agent_says_who_and_where_to_complain() -> None:
    assert user_agent("1.2", "https://example.org") == "Tastemap/1.2 (+https://example.org)"
    assert user_agent("1.2") == "Tastemap/1.2"


async def test_no_cookie_is_ever_sent_back() -> None:
    seen: list[str | None] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(request.headers.get("Cookie"))
        response = web.Response()
        response.set_cookie("tracking", "1")
        return response

    app = web.Application()
    app.router.add_get("/", answer)
    async with serve(app) as url, session() as opened:
        for _ in range(2):
            async with opened.get(url):
                pass
    assert seen == [None, None]


def test_no_call_is_given_more_than_the_total_or_than_what_is_left() -> None:
    timeouts = Timeouts(connect_s=3, read_s=10, total_s=20)
    assert timeouts.within(90).total == 20
    assert timeouts.within(4).total == 4
    assert (timeouts.within(4).sock_connect, timeouts.within(4).sock_read) == (3, 10)
