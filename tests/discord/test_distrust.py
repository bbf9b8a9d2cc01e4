"""People can look at the data, leave the estimates out, and put a tempo right for themselves."""

from __future__ import annotations

import re

from sandbox.playlists import load
from services.domain.features import Feature, Origin
from tests.discord.cards import menu_of, text_of, walk
from tests.discord.conftest import Room


async def test_quality_says_what_is_estimated_and_what_that_could_change(room: Room) -> None:
    card = await room.analyze("road-trip-2026.csv")
    by_button = text_of((await room.ann.click(card, label="Quality")).response)
    by_command = text_of((await room.ann.slash(room.channel, "quality")).response)
    assert by_button == by_command
    assert "59 taken from the file (56" in by_button
    assert "47 estimated: drawn hollow, they decide nothing (44" in by_button
    assert re.search(r"Counting the estimated tracks would .* \(agreement -?\d\.\d\d\)", by_button)
    assert " · estimated" in by_button


async def test_quality_without_a_map_says_how_to_get_one(room: Room) -> None:
    refused = await room.bob.slash(room.channel, "quality")
    assert "Make one with `/analyze`" in text_of(refused.response)
    assert room.env.refusals()


async def test_measured_only_leaves_every_estimate_out(room: Room) -> None:
    card = await room.analyze("road-trip-2026.csv")
    assert " estimated " in text_of(card)
    quality = (await room.ann.click(card, label="Quality")).response
    again = (await room.ann.click(quality, label="Measured only")).response
    assert again.ephemeral
    assert " estimated " not in text_of(again)
    assert "59 of 106 from the file, 47 unknown" in text_of(again)


async def test_a_corrected_tempo_is_theirs_alone_and_can_be_taken_back(room: Room) -> None:
    card = await room.analyze()
    group = (await room.choose_group(card, "0")).response
    await room.ann.click(group, label="Tracks")
    menu = menu_of(group, "tempo")
    track = str(menu["options"][0]["value"])
    question = (await room.ann.select(group, [track], custom_id=menu["custom_id"])).response
    measured = float(re.search(r"About (\d+) BPM", text_of(question))[1])  # type: ignore[index]
    (halve,) = [str(part["label"]) for part in walk(question.components) if "Halve" in str(part.get("label"))]
    done = (await room.ann.click(question, label=halve)).response
    assert "halved" in text_of(done)
    await room.restart()

    async def tempo_of(who: int) -> tuple[float, Origin]:
        reports = room.app.workflows.reports
        stored = await reports.open((await reports.recent(who, 1))[0].report_id, who)
        entry = stored.report.tracks[int(track)]
        return entry.features.tempo or 0.0, entry.provenance[Feature.TEMPO].origin

    await room.ann.click(done, label="Redraw the map")
    tempo, origin = await tempo_of(room.ann.id)
    assert (round(2 * tempo), origin) == (measured, Origin.CORRECTED)
    assert halve == f"Halve to {tempo:.0f}"
    await room.bob.slash(room.channel, "analyze", file=("late-drive.csv", load("late-drive.csv")))
    assert (await tempo_of(room.bob.id))[1] is Origin.UPLOADED
    await room.ann.click(question, label="As it was measured")
    await room.ann.click(done, label="Redraw the map")
    assert (await tempo_of(room.ann.id))[1] is Origin.UPLOADED
