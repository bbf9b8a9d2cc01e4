"""`/tidy`: every finding is decided, and nothing happens before the one last step."""

from __future__ import annotations

import csv
import io
from typing import Any

from cogs.work.errors import root_cause
from sandbox.playlists import load
from services.domain.errors.storage import NoReportYetError
from tests.discord.cards import button_of, check_message, menu_of, text_of, walk
from tests.discord.conftest import Room, SimulatedDiscord
from tests.discord.test_buttons import AGES

HEADER = (
    "Track URI,Track Name,Artist Name(s),Album Name,Duration (ms),ISRC,Popularity,Danceability,Energy,"
    "Loudness,Speechiness,Acousticness,Instrumentalness,Liveness,Valence,Tempo,Key,Mode\n"
)


def row(number: int, title: str, *, artist: str = "Grey Herons", isrc: str = "", energy: float = 0.5) -> str:
    words = f"spotify:track:{number:022d},{title},{artist},Tide,{200000 + number},{isrc},40"
    sound = f"0.5,{energy:.3f},{4 * energy - 9:.2f},0.05,{0.6 - energy / 2:.3f},0.01,0.12,{energy:.2f}"
    return f"{words},{sound},{100 + number},1,1\n"


def crowded() -> bytes:
    """A list with a track twice, a recording twice, a live version, a remaster and one loud track."""
    rows = [row(number, f"Paper Lantern No {number}", energy=0.40 + number / 500) for number in range(30)]
    rows += [
        rows[3],
        row(40, "Tide", isrc="QZABC2400001"),
        row(41, "Tide", isrc="QZABC2400001"),
        row(42, "Harbour Lights"),
        row(43, "Harbour Lights - Live at the Pier", energy=0.55),
        row(44, "Salt", artist="Odile Varga"),
        row(45, "Salt - Remastered 2011", artist="Odile Varga"),
        row(46, "Chainsaw", artist="Tin Orchard", energy=0.99),
    ]
    return (HEADER + "".join(rows)).encode()


async def tidy(room: Room, content: bytes | None = None, **options: Any) -> Any:
    file = {"file": ("Late Drive.csv", content)} if content is not None else {}
    result = await room.ann.slash(room.channel, "tidy", **file, **options)
    assert result.response is not None
    assert result.response.ephemeral
    check_message(result.response)
    return result.response


async def press(room: Room, card: Any, argument: str) -> Any:
    """Press the button of a draft whose id ends so; returns a new answer, or the card that changed."""
    (custom_id,) = (each for each in ids(card) if each.split(":")[-1] == argument)
    result = await room.ann.click(card, custom_id=custom_id)
    answer = result.response or card
    check_message(answer)
    return answer


def ids(message: Any) -> list[str]:
    return [str(part["custom_id"]) for part in walk(message.components) if "custom_id" in part]


def chosen(message: Any) -> list[str]:
    return [label[2:] for label in labels(message) if label.startswith("✓ ")]


def labels(message: Any) -> list[str]:
    return [str(part["label"]) for part in walk(message.components) if part["type"] == 2]


async def exported(room: Room, card: Any) -> dict[str, list[str]]:
    """Export the lists of a draft, and read them back: titles by name."""
    answer = await press(room, card, "export")
    names = [each.filename for each in answer.attachments]
    assert names[:3] == ["tidied.csv", "tidied-links.txt", "tidied-rekordbox.xml"]
    table = csv.DictReader(io.StringIO((await answer.attachments[0].read()).decode("utf-8-sig")))
    lists: dict[str, list[str]] = {}
    for line in table:
        lists.setdefault(line["Playlist name"], []).append(line["Track name"])
    return lists


@AGES
async def test_every_finding_is_decided_and_the_changes_are_listed_once_before_the_end(
    room: Room, restarted: bool
) -> None:
    card = await tidy(room, crowded())
    said = text_of(card)
    assert "2 duplicates, 2 maybes" in said
    await press(room, card, "show.1")
    said += text_of(card)
    await press(room, card, "show.0.back")
    assert said.index("once more") < said.index("same recording") < said.index("remaster")
    assert "Suggested for keeping: #34" in said
    if restarted:
        await room.restart()

    await press(room, card, "decide.0.remove")
    await press(room, card, "decide.1.keep")
    assert chosen(card) == ["Remove", "Keep"]
    await press(room, card, "show.1")
    await press(room, card, "decide.3.move")
    assert chosen(card) == ["Move"]
    await press(room, card, "show.2")
    assert "Stands out" in text_of(card)
    assert "Chainsaw" in text_of(card)
    number = next(each.split(".")[1] for each in ids(card) if ":decide." in each)
    await press(room, card, f"decide.{number}.remove")
    await press(room, card, "review")

    final = text_of(card)
    assert "38 → 35 tracks" in final
    assert "3 findings" in final
    assert "Remove 2" in final
    assert "Move 1 to a list of their own, “Late Drive · set aside”" in final
    assert "Live at the Pier" in final
    assert labels(card) == ["Export the tidied list", "Back", "Rename the new one…"]

    lists = await exported(room, card)
    assert lists["Late Drive · set aside"] == ["Harbour Lights - Live at the Pier"]
    assert len(lists["Late Drive"]) == 35
    assert "Harbour Lights" in lists["Late Drive"]
    assert lists["Late Drive"].count("Paper Lantern No 3") == 1


async def test_a_decision_can_be_changed_taken_back_and_turned_round(room: Room) -> None:
    card = await tidy(room, crowded())
    await press(room, card, "decide.1.move")
    await press(room, card, "decide.1.remove")
    assert chosen(card) == ["Remove"]
    await press(room, card, "decide.1.remove")
    assert chosen(card) == []
    await press(room, card, "swap.1")
    assert "You would rather keep #33" in text_of(card)
    await press(room, card, "suggested.0")
    assert len(chosen(card)) == 2
    assert button_of(card, "Take all suggestions")["disabled"]
    await press(room, card, "review")
    assert "- #32" in text_of(card)
    assert "- #33" not in text_of(card)
    await press(room, card, "show.0")
    assert "You would rather keep #33" in text_of(card)


@AGES
async def test_the_playlist_for_moved_tracks_has_a_name_of_ones_own(room: Room, restarted: bool) -> None:
    card = await tidy(room, crowded())
    await press(room, card, "decide.0.move")
    await press(room, card, "review")
    shown = await room.ann.click(card, label="Rename the new one…")
    assert shown.modal is not None
    if restarted:
        await room.restart()
    await room.ann.submit_modal(shown, {"text": "  @everyone   *later* "})
    assert "“\\@\u200beveryone \\*later\\*”" in text_of(card)
    assert "'@everyone *later*" in await exported(room, card), "and no spreadsheet runs it"


async def test_refuses_to_apply_nothing(room: Room, env: SimulatedDiscord) -> None:
    card = await tidy(room, crowded())
    await press(room, card, "decide.0.keep")
    answer = await room.ann.click(
        card, custom_id=next(each for each in ids(card) if each.endswith(":review"))
    )
    assert "Nothing would change" in text_of(answer.followups[-1])


async def test_says_so_where_there_is_nothing_to_tidy(room: Room) -> None:
    rows = [row(number, f"Song {number}") for number in range(12)]
    card = await tidy(room, (HEADER + "".join(rows)).encode())
    assert "is tidy" in text_of(card)


async def test_takes_the_latest_map_a_named_one_or_says_that_there_is_none(
    room: Room, env: SimulatedDiscord
) -> None:
    refused = await room.ann.slash(room.channel, "tidy")
    assert "no map yet" in text_of(refused.response)
    (error,) = env.refusals()
    assert isinstance(root_cause(error), NoReportYetError)
    await room.analyze(content=crowded())
    assert "2 duplicates" in text_of(await tidy(room))
    choices = await room.ann.autocomplete(room.channel, "tidy", "playlist", "late")
    assert "2 duplicates" in text_of(await tidy(room, playlist=choices[0]["value"]))


async def test_a_file_with_several_playlists_asks_which(room: Room) -> None:
    result = await room.ann.slash(room.channel, "tidy", file=("account-data.json", load("account-data.json")))
    question = result.response
    menu = menu_of(question, "choose")
    answer = (await room.ann.select(question, ["0"], custom_id=menu["custom_id"])).response
    check_message(answer)
    assert "tidy" in text_of(answer).lower()
