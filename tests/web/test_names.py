"""Names of people on the pages are words and nothing else, whatever somebody calls themselves."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.pages import code_page, done_page, problem_page, start_page, visible
from services.domain.spotify import READ_SCOPES
from services.domain.writes import WRITE_SCOPES

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }}{% raw %}",
    "</title></style><svg onload=alert(1)>",
    "Ann\u202egnp.exe\u2066",
    "a\u200bb\ufeff\u0000c",
    "Z\u0351\u0352\u0353\u0354algo" + "\u0301" * 40,
    "\U000e0041\U000e0042",
    "x" * 5000,
    " \n ",
)


class Elements(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(" ".join([tag, *sorted(name for name, _ in attrs)]))

    def handle_data(self, data: str) -> None:
        self.words += data


def pages_with(name: str) -> list[str]:
    scopes = READ_SCOPES | WRITE_SCOPES
    pages = [
        start_page(discord_name=name, scopes=scopes, csrf="1f", strong=strong) for strong in (True, False)
    ]
    return [str(page.text) for page in (*pages, code_page("123456", discord_name=name))]


PLAIN = [Elements(text).tags for text in pages_with("Ann")]


@given(st.one_of(st.sampled_from(HOSTILE), st.text(max_size=100)))
def test_a_name_is_words_and_nothing_else(name: str) -> None:
    for text, plain in zip(pages_with(name), PLAIN, strict=True):
        found = Elements(text)
        assert found.tags == plain
        assert visible(name) in found.words or html.escape(visible(name)) in text


@pytest.mark.parametrize(
    "called", ["Ann (@ann)", "Ann (@ann)" + "\u3164" * 60, "Ann (@ann)\u2800\u115f\uffa0", "x" * 80, "(@ann)"]
)
def test_the_name_that_is_unique_comes_first_and_alone(called: str) -> None:
    for page in pages_with(f"{called} (@mallory)"):
        who = re.findall(r'<p class="who"><strong><bdi>([^<]*)</bdi></strong></p>', page)
        assert who == ["@mallory"]
        assert page.count("I am @mallory:") == page.count("<button")
        assert not set(page) & set("\u3164\u2800\u115f\uffa0")


def test_a_name_of_nothing_is_said_to_be_none() -> None:
    assert visible("\u3164\u2800\u115f") == "somebody without a name"


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_one_short_line_without_tricks(name: str) -> None:
    shown = visible(name)
    assert shown == " ".join(shown.split())
    assert 0 < len(shown) <= 60
    assert not set(shown) & set("\u202e\u2066\u200b\ufeff\x00\u0301\U000e0041")


def test_every_page_has_one_heading_a_title_and_a_language() -> None:
    texts = [*pages_with("Ann"), str(done_page().text), str(problem_page(400, "No", "Because.").text)]
    for text in texts:
        found = Elements(text)
        assert found.tags.count("h1") == 1
        assert "html lang" in found.tags
        assert not [tag for tag in found.tags if tag.startswith(("script", "img", "link", "iframe"))]
        assert not re.search(r"https?://", text)
