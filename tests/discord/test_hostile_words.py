"""Names that somebody else chose are shown, never obeyed, and never break a card."""

from __future__ import annotations

import re

from tests.discord.cards import check_message, menu_of, text_of
from tests.discord.conftest import Room
from tests.discord.samples import exportify

TITLES = (
    "@everyone @here <@1234> <@&5678> <#91011>",
    "[free nitro](https://evil.example/nitro)",
    "https://evil.example/login discord.gg/abcdef",
    "# Heading\n> quote\n- list",
    "**bold** __under__ ~~gone~~ ||spoiler|| `code` ```block```",
    "\u202egnp.exe\u202c \u200bzero\u200dwidth\ufeff",
    "<:smile:123456789012345678> :smile: <t:1700000000:R> </analyze:1>",
    "W" * 1000,
    "()[]\\\\\\](https://evil.example)",
    "日本語の曲名 🎵 اغنية طويلة",
    "steam://run/1 javascript:alert(1) www.evil.example",
    "<https://evil.example>",
)
ARTISTS = tuple(f"{title[:60]} {number}" for number, title in enumerate(TITLES))

_OURS = re.compile(r"\]\(https://open\.spotify\.com/track/[0-9A-Za-z]{22}\)")
_ISOLATED = re.compile(r"\u2068([^\u2066-\u2069\n]*)\u2069")
_ACTIVE = {
    "mention": re.compile(r"@(everyone|here)|<@!?&?\d+>|<#\d+>"),
    "link": re.compile(r"https?://|discord\.gg|(?<!\\)\]\("),
    "emoji or time": re.compile(r"<a?:\w+:\d+>|<t:\d+|</\w+:\d+>"),
    "invisible": re.compile(r"[\u202a-\u202e\u2066-\u2069\ufeff]"),
    "spoiler or code": re.compile(r"(?<!\\)\|\||(?<!\\)`|(?<!\\)~~|(?<!\\)__"),
}


def check_inert(words: str) -> None:
    rest = _ISOLATED.sub(r"\1", _OURS.sub("]", words))
    for kind, pattern in _ACTIVE.items():
        found = pattern.search(rest)
        assert not found, f"{kind}: …{rest[max(0, found.start() - 40) : found.end() + 40]}…"


async def test_hostile_titles_are_inert_on_every_card(room: Room) -> None:
    content = exportify(160, moods=8, titles=TITLES, artists=ARTISTS)
    name = "@everyone [x](https://evil.example) **b** ||s|| `c`.csv"
    card = await room.analyze(name, content=content, groups=8)
    cards = [card]
    assert len(menu_of(card)["options"]) == 8
    cards += [(await room.choose_group(card, str(index))).response for index in range(8)]
    labels = ("Charts", "Quality", "Outliers", "Export")
    cards += [(await room.ann.click(card, label=label)).response for label in labels]
    cards.append((await room.ann.click(cards[-4], label="Read as text")).response)
    for each in cards:
        check_message(each)
    for each in cards[:-1]:
        check_inert(text_of(each))
    for each in cards[1:9]:
        await room.ann.click(each, label="Tracks")
        check_message(each)
        check_inert(text_of(each))


async def test_the_name_of_a_file_can_be_anything(room: Room) -> None:
    for name in ("a" * 180 + ".csv", "..csv", "\u202e.csv", "@here.csv"):
        card = await room.analyze(name, content=exportify(20))
        check_message(card)
        check_inert(text_of(card))
        assert text_of(card).startswith("## ")
        assert text_of(card).splitlines()[0] != "## "


async def test_refusals_repeat_nothing_that_could_act(room: Room) -> None:
    content = b"@everyone,https://evil.example,`x`\n1,2,3\n"
    result = await room.ann.slash(room.channel, "analyze", file=("x.csv", content))
    room.env.refusals()
    (answer,) = result.followups
    assert "looks like" in text_of(answer)
    check_inert(text_of(answer).replace("`/analyze`", ""))
