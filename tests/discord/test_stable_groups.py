"""Groups keep their place from one analysis to the next, but nobody is bound by a number once forced."""

from __future__ import annotations

from typing import Any

from sandbox.playlists import load
from tests.discord.cards import menu_of, text_of
from tests.discord.conftest import Room
from tests.discord.samples import exportify


async def test_a_forced_number_of_groups_does_not_stick(room: Room) -> None:
    first = text_of(await room.analyze())
    forced = text_of(await room.analyze(groups=2))
    again = text_of(await room.analyze())
    assert first == again
    assert "Two groups, as many as asked for" in forced
    assert "clear" not in forced
    assert forced != first


async def test_another_playlist_of_the_same_name_starts_afresh(room: Room) -> None:
    async def sentence(content: bytes) -> str:
        result = await room.ann.slash(room.channel, "analyze", file=("playlist.csv", content))
        return text_of(result.response).splitlines()[1]

    alone = await sentence(load("tam.csv"))
    await sentence(load("late-drive.csv"))
    assert await sentence(load("tam.csv")) == alone


async def test_a_list_that_changed_says_so_to_its_owner_alone(room: Room) -> None:
    head, *rows = load("late-drive.csv").splitlines(keepends=True)

    async def analyze(some: list[bytes], **options: bool) -> str:
        content = head + b"".join(some)
        result = await room.ann.slash(room.channel, "analyze", file=("mine.csv", content), **options)
        return text_of(result.response)

    assert "Since" not in await analyze(rows[:60], private=True)
    since = next(line for line in (await analyze(rows[10:], private=True)).splitlines() if "Since" in line)
    assert " · Since <t:" in since
    assert "35 new and 10 gone" in since  # one of them is there twice
    assert "Since" not in await analyze(rows[20:])


async def test_a_change_of_source_is_said_of_one_list_and_not_between_two_files(room: Room) -> None:
    content = exportify(40)
    await room.analyze("Mix.csv", content=content)
    other_format = content.replace(b"Track URI", b"Link", 1).replace(b"Artist Name(s)", b"Artist", 1)
    card = await room.analyze("Mix.csv", content=other_format)
    assert "CSV table" in text_of(card)
    assert "last time" not in text_of(card)


async def test_a_list_of_another_name_is_not_told_what_its_groups_were_called(room: Room) -> None:
    content = load("late-drive.csv")
    await room.analyze("Mine.csv", content=content)
    without = content.replace(b"nu disco", b"").replace(b"drone", b"").replace(b"jazz rap", b"")
    other, same = [await room.analyze(name, content=without) for name in ("Other.csv", "Mine.csv")]

    def told(card: Any) -> str:
        return " ".join(str(option.get("description")) for option in menu_of(card)["options"])

    assert "was: " in told(same)
    assert "was: " not in told(other)
