"""By sound or by style and era: chosen by an option or a button, said on the card, remembered, forgotten."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from services.domain.grouping import Grouping
from tests.discord.cards import button_of, check_message, text_of, walk
from tests.discord.conftest import Room
from tests.discord.samples import exportify
from tests.discord.test_split import split

SCENES = (("metal", 1985), ("hip hop", 2021))


def two_scenes(count: int = 96, *, years: bool = True, genres: bool = True) -> bytes:
    """Write a list of one sound and two scenes."""
    rows = list(csv.DictReader(io.StringIO(exportify(count, moods=1).decode())))
    for number, row in enumerate(rows):
        genre, year = SCENES[number % 2]
        row["Genres"] = genre if genres else ""
        row["Artist Name(s)"] = f"{genre.title()} Band {number % 24}"
        row["Release Date"] = f"{year + number % 5}" if years else ""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


async def analyze(room: Room, content: bytes | None = None, **options: Any) -> Any:
    file = ("Scenes.csv", content or two_scenes())
    card = (await room.ann.slash(room.channel, "analyze", file=file, **options)).response
    check_message(card)
    return card


async def test_a_button_switches_and_the_card_says_what_it_rests_on(room: Room) -> None:
    card = await analyze(room)
    assert "Grouped by sound." in text_of(card)
    quality = (await room.ann.click(card, label="Quality")).response
    assert "Grouped by sound. Genres and years are named but decide no group." in text_of(quality)
    switched = (await room.ann.click(card, label="By style and era")).response
    check_message(switched)
    assert switched.ephemeral
    said = text_of(switched)
    assert "By style and era, " in said
    quality = (await room.ann.click(switched, label="Quality")).response
    assert "by genre words where the list has them" in text_of(quality)
    assert "clear" not in said
    await room.restart()
    back = (await room.ann.click(switched, label="By sound")).response
    assert "Grouped by sound." in text_of(back)


async def test_a_list_without_genres_profits_from_earlier_files_of_its_artists(room: Room) -> None:
    bare = two_scenes(genres=False)

    async def basis() -> str:
        card = await analyze(room, bare, by="style")
        return text_of((await room.ann.click(card, label="Quality")).response)

    assert "The genres of" not in await basis()
    await analyze(room)
    await room.restart()
    said = await basis()
    assert "The genres of 24 artists" in said
    assert "are those that earlier lists agree on." in said


async def test_a_choice_is_remembered_for_the_person_and_for_nobody_else(room: Room) -> None:
    first = text_of(await analyze(room, by="style"))
    assert "By style and era" in first
    assert "as chosen" not in first
    await room.restart()
    card = await analyze(room)
    assert "By style and era" in text_of(card)
    back = "Grouped by sound, year and artist, as chosen last time. “By sound” changes it back."
    assert back in text_of(card)
    complete = await room.ann.click(card, label="Quality")
    assert "This way was chosen last time." in text_of(complete.response)
    theirs = await room.bob.slash(room.channel, "analyze", file=("Scenes.csv", two_scenes()))
    assert "Grouped by sound." in text_of(theirs.response)
    assert "Grouped by sound." in text_of(await analyze(room, by="sound"))
    assert "Grouped by sound." in text_of(await analyze(room))


async def test_the_choice_is_handed_out_and_forgotten(room: Room) -> None:
    await analyze(room, by="style")
    answer = (await room.ann.slash(room.channel, "mydata")).response
    document = json.loads(await answer.attachments[0].read())
    assert document["tables"]["preferences"][0]["grouping"] == "style"
    preferences = room.app.workflows.analyze.preferences
    assert preferences is not None
    assert await preferences.grouping(room.ann.id) is Grouping.STYLE
    await room.app.workflows.privacy.forget(room.ann.id)
    assert await preferences.grouping(room.ann.id) is None
    assert "Grouped by sound." in text_of(await analyze(room))


async def test_with_too_few_years_the_choice_is_shown_with_the_reason_and_not_taken(room: Room) -> None:
    card = await analyze(room, two_scenes(years=False))
    (other,) = (part for part in walk(card.components) if "style and era" in str(part.get("label")))
    assert other["disabled"]
    assert "here none has one." in text_of(card)
    asked = text_of(await analyze(room, two_scenes(years=False), by="style"))
    assert "Grouped by sound." in asked
    assert "here none has one." in asked


async def test_lists_are_made_by_style_and_era_where_years_are_known(room: Room) -> None:
    assert "Grouped by sound, year and artist" in text_of(await split(room, two_scenes()))
    assert "Grouped by sound, year" not in text_of(await split(room, two_scenes(years=False), groups=2))
    assert "Grouped by sound, year" not in text_of(await split(room, two_scenes(), by="sound", groups=2))


async def test_lists_of_a_map_that_is_meant_keep_its_groups(room: Room) -> None:
    await analyze(room, exportify(120, moods=4))
    assert "Grouped by sound, year" not in text_of(await split(room, None))
    assert "Grouped by sound, year" in text_of(await split(room, None, by="style"))


async def test_a_split_leads_to_the_other_way_and_back_and_says_of_neither_that_it_was_chosen_before(
    room: Room,
) -> None:
    await analyze(room, by="style")
    await analyze(room)
    by_style = await split(room, None)
    assert "Grouped by sound, year and artist." in text_of(by_style)
    await room.restart()
    by_sound = (await room.ann.click(by_style, label="By sound")).response
    assert "Grouped by sound, year" not in text_of(by_sound)
    back = (await room.ann.click(by_sound, label="By style and era")).response
    assert back.ephemeral
    assert "Grouped by sound, year and artist." in text_of(back)


async def test_a_split_without_years_offers_no_other_way(room: Room) -> None:
    card = await split(room, two_scenes(years=False), groups=2)
    assert not [part for part in walk(card.components) if "style and era" in str(part.get("label"))]


async def test_an_older_card_without_a_basis_offers_the_way_and_the_analysis_finds_out(room: Room) -> None:
    card = await analyze(room)
    assert not button_of(card, "By style and era").get("disabled")
