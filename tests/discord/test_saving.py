"""What is decided in Discord is written to Spotify, told, and taken back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cogs.work.errors import root_cause
from sandbox.faults import Fault, FaultKind
from sandbox.spotify_library import ODD_ROWS
from services.compute import ComputePool
from services.domain.errors.sources import NothingToUndoError
from services.domain.spotify import READ_SCOPES
from services.domain.writes import WRITE_SCOPES
from tests.discord.cards import button_of, check_message, text_in, text_of
from tests.discord.connected import ConnectedRoom, connected_room, doubled
from tests.discord.samples import exportify
from tests.discord.test_tidy import ids, labels, press
from tests.integration.saving.world import insert
from tests.unit.services.sources.spotify_world import ALL_SCOPES


@pytest.fixture
async def connected(tmp_path: Path, pool: ComputePool) -> AsyncIterator[ConnectedRoom]:
    async with connected_room(tmp_path, pool) as opened:
        yield opened


async def tidied(connected: ConnectedRoom, *decisions: str) -> Any:
    """Let Ann look through her playlist and decide; return the card before the last step."""
    room = connected.room
    link = f"https://open.spotify.com/playlist/{connected.own[-1].id}"
    card = (await room.ann.slash(room.channel, "tidy", playlist=link)).response
    check_message(card)
    for decision in decisions:
        await press(room, card, decision)
    await press(room, card, "review")
    return card


async def undo_card(connected: ConnectedRoom, **options: Any) -> Any:
    room = connected.room
    card = (await room.ann.slash(room.channel, "undo", **options)).response
    check_message(card)
    return card


async def test_tidies_a_playlist_in_place_and_takes_it_back(connected: ConnectedRoom) -> None:
    listed = connected.list_of(doubled())
    before = listed.track_ids
    card = await tidied(connected, "decide.0.remove")
    assert "dates on which tracks were added are lost" in text_of(card)
    assert listed.track_ids == before, "nothing is written before the last step"

    saved = await press(connected.room, card, "replace")
    assert "120 tracks (1 fewer than before) in the new order, read back and complete" in text_of(saved)
    assert len(listed.track_ids) == 120
    assert len(set(listed.track_ids)) == 120

    insert(listed, 3, "x" * 22)
    preview = (await connected.room.ann.click(saved, label="Undo…")).response
    check_message(preview)
    said = text_of(preview)
    assert "Its 122 tracks go back to the order of before" in said
    assert "Kept at the end: 1 track added since" in said
    assert "Can't be restored: the dates" in said
    await connected.room.ann.click(preview, label="Take it back")
    assert "the former list is back" in text_of(preview)
    assert listed.track_ids == (*before, "x" * 22)
    assert "Undo…" not in labels(preview)


async def test_moves_tracks_to_a_private_playlist_first(connected: ConnectedRoom) -> None:
    listed = connected.list_of(doubled())
    card = await tidied(connected, "decide.0.move")
    saved = await press(connected.room, card, "replace")
    assert "2 playlists saved" in text_of(saved)
    made = connected.own[0]
    assert (made.name, made.is_public, len(made.track_ids)) == ("Late Drive · set aside", False, 1)
    assert len(listed.track_ids) == 120

    preview = await undo_card(connected, count=2)
    assert text_of(preview).count("→") == 2
    await connected.room.ann.click(preview, label="Take 2 back")
    assert [each.name for each in connected.own] == ["Late Drive"]
    assert len(listed.track_ids) == 121


async def test_saves_a_tidied_copy_beside_the_playlist(connected: ConnectedRoom) -> None:
    listed = connected.list_of(doubled())
    card = await tidied(connected, "decide.0.remove")
    saved = await press(connected.room, card, "save")
    assert "120 tracks in a new private playlist" in text_of(saved)
    assert [each.name for each in connected.own] == ["Late Drive · tidied", "Late Drive"]
    assert len(listed.track_ids) == 121
    assert button_of(saved, "Open in Spotify")["url"].endswith(connected.own[0].id)


async def test_a_playlist_with_local_files_is_not_changed_in_place(connected: ConnectedRoom) -> None:
    listed = connected.list_of(doubled())
    listed.change([*listed.rows, *ODD_ROWS[:2]])
    card = await tidied(connected, "decide.0.remove")
    custom_id = next(each for each in ids(card) if each.endswith(":replace"))
    answer = await connected.room.ann.click(card, custom_id=custom_id)
    assert "1 local file and 1 podcast episode" in text_of(answer.response)
    assert len(listed.rows) == 123
    saved = await press(connected.room, card, "save")
    assert "in a new private playlist" in text_of(saved)


async def test_the_first_save_asks_for_consent_and_changes_nothing(tmp_path: Path, pool: ComputePool) -> None:
    async with connected_room(tmp_path, pool, scopes=READ_SCOPES) as connected:
        connected.list_of(doubled())
        card = await tidied(connected, "decide.0.remove")
        custom_id = next(each for each in ids(card) if each.endswith(":save"))
        answer = await connected.room.ann.click(card, custom_id=custom_id)
        assert "Allow me to save" in text_of(answer.response)
        assert len(connected.own) == 1
        assert "POST" not in {call.method for call in connected.server.calls}


async def test_split_parts_become_private_playlists(connected: ConnectedRoom) -> None:
    room = connected.room
    result = await room.ann.slash(
        room.channel, "split", file=("Everything.csv", exportify(120, moods=3)), groups=3
    )
    card = result.response
    await press(room, card, "review")
    assert "Make 3 private playlists?" in text_of(card)
    saved = await press(room, card, "save")
    assert "3 playlists saved" in text_of(saved)
    assert len(connected.own) == 3
    assert not any(each.is_public for each in connected.own)
    assert sum(len(each.track_ids) for each in connected.own) == 120
    preview = (await room.ann.click(saved, label="Undo…")).response
    await room.ann.click(preview, label="Take 3 back")
    assert connected.own == []


@pytest.mark.parametrize("restarted", [False, True], ids=["same run", "after a restart"])
async def test_a_write_that_was_stopped_by_the_quota_says_so_and_goes_on(
    connected: ConnectedRoom, restarted: bool
) -> None:
    room, server = connected.room, connected.server
    listed = connected.list_of(doubled())
    card = await tidied(connected, "decide.0.remove")
    server.faults.extend([*[None] * 4, Fault(FaultKind.RESET)])
    waiting = await press(room, card, "replace")
    said = text_of(waiting)
    assert "Not finished" in said
    assert "100 of 120 tracks written" in said
    assert "The former list is stored" in said
    assert "I go on by myself" in said
    assert labels(waiting) == ["Go on now", "Take it back…"]
    assert len(listed.track_ids) == 100
    if restarted:
        await room.restart()
    await room.ann.click(waiting, label="Go on now")
    assert "read back and complete" in text_of(waiting)
    assert len(listed.track_ids) == 120


async def test_a_half_done_write_can_be_taken_back_instead(connected: ConnectedRoom) -> None:
    room = connected.room
    listed = connected.list_of(doubled())
    before = listed.track_ids
    card = await tidied(connected, "decide.0.remove")
    connected.server.faults.extend([*[None] * 4, Fault(FaultKind.RESET)])
    waiting = await press(room, card, "replace")
    preview = (await room.ann.click(waiting, label="Take it back…")).response
    assert "not finished" in text_of(preview)
    await room.ann.click(preview, label="Take it back")
    assert listed.track_ids == before


async def test_what_went_on_without_anybody_watching_is_told_by_message(connected: ConnectedRoom) -> None:
    room, app = connected.room, connected.room.app
    listed = connected.list_of(doubled())
    card = await tidied(connected, "decide.0.remove")
    connected.server.faults.extend([*[None] * 4, Fault(FaultKind.RESET)])
    await press(room, card, "replace")
    saving = app.workflows.saving
    assert saving is not None
    (write,) = await saving.journal.unfinished()
    await saving.resume(room.ann.id, write.write_id)
    cog = connected.env.bot.get_cog("SavingCog")
    await cog._tell_directly(saving, room.ann.id)
    message = room.ann.user.dm_channel.history()[-1]
    said = text_in([part.to_dict() for part in message.components])
    assert "asked for earlier" in said
    assert "read back and complete" in said
    assert len(listed.track_ids) == 120
    assert await saving.journal.untold(room.ann.id) == ()


async def test_what_no_message_could_tell_is_told_at_the_next_command(connected: ConnectedRoom) -> None:
    room, app = connected.room, connected.room.app
    connected.list_of(doubled())
    card = await tidied(connected, "decide.0.remove")
    connected.server.faults.extend([*[None] * 4, Fault(FaultKind.RESET)])
    await press(room, card, "replace")
    saving = app.workflows.saving
    assert saving is not None
    (write,) = await saving.journal.unfinished()
    await saving.resume(room.ann.id, write.write_id)
    result = await room.ann.slash(room.channel, "help")
    assert "asked for earlier" in text_of(result.followups[-1])
    assert "asked for earlier" not in str((await room.ann.slash(room.channel, "help")).followups)


async def test_the_preview_of_an_undo_grows_and_is_void_after_a_new_write(connected: ConnectedRoom) -> None:
    room = connected.room
    refused = await room.ann.slash(room.channel, "undo")
    assert "nothing that I could take back" in text_of(refused.response)
    (error,) = connected.env.refusals()
    assert isinstance(root_cause(error), NothingToUndoError)

    connected.list_of(doubled())
    card = await tidied(connected, "decide.0.remove")
    await press(room, card, "save")
    await press(room, card, "replace")
    preview = await undo_card(connected)
    await room.ann.click(preview, label="Also the one before")
    check_message(preview)
    assert "the last 2 changes" in text_of(preview)
    assert "Also the one before" not in labels(preview)
    await room.ann.click(preview, label="Only the last")
    assert "the last change" in text_of(preview)

    saved = await press(room, card, "save")
    await room.ann.click(saved, label="Save another copy")
    answer = await room.ann.click(preview, label="Take it back")
    assert "after this preview" in text_of(answer.followups[-1])
    assert len(connected.own) == 3


async def test_a_blend_is_saved_as_a_private_playlist(connected: ConnectedRoom) -> None:
    room = connected.room
    lobby = (await room.ann.slash(room.channel, "group start")).response
    await room.bob.click(lobby, label="Join")
    for who in (room.ann, room.bob):
        form = await who.click(lobby, label="Choose source")
        await who.submit_modal(form, {"file": ("mine.csv", exportify(60))})
    result = (await room.ann.click(lobby, label="Compare")).response
    blend = (await room.ann.click(result, label="Blend")).response
    before = len(connected.own)
    saved = (await room.ann.click(blend, label="Save to my Spotify")).response
    check_message(saved)
    assert saved.ephemeral
    assert "20 tracks in a new private playlist, read back and complete" in text_of(saved)
    made = connected.own[0]
    assert (len(connected.own) - before, made.is_public, len(made.track_ids)) == (1, False, 20)
    assert made.name.startswith("Blend: ")


@pytest.mark.parametrize("scopes", [ALL_SCOPES, READ_SCOPES | WRITE_SCOPES], ids=["all", "as before"])
async def test_a_playlist_that_spotify_keeps_ends_in_a_link_not_in_another_login(
    tmp_path: Path, pool: ComputePool, scopes: frozenset[str]
) -> None:
    """Spotify wants more than was asked for; after that it refuses whatever the person allows."""
    async with connected_room(tmp_path, pool, scopes=READ_SCOPES | WRITE_SCOPES) as connected:
        room, accounts = connected.room, connected.room.app.accounts
        assert accounts is not None
        connected.list_of(doubled())
        card = await tidied(connected, "decide.0.remove")
        saved = await press(room, card, "save")
        made = connected.own[0]

        def refuse(request: Any) -> None:
            if request.method == "DELETE":
                fault = Fault(FaultKind.STATUS, status=403, message="Insufficient client scope")
                connected.server.faults.append(fault)

        connected.server.before = refuse
        preview = (await room.ann.click(saved, label="Undo…")).response
        refused = await room.ann.click(preview, label="Take it back")
        assert "wants your permission for that too" in text_of(refused.followups[-1])
        assert connected.own[0] is made
        refused = await room.ann.click(preview, label="Take it back")
        assert "wants your permission for that too" in text_of(refused.followups[-1]), "nobody has logged in"

        link = await accounts.links.load(room.ann.id)
        assert link is not None
        later = link.authorized_at + timedelta(days=1)
        await accounts.links.save(replace(link, scopes=scopes, authorized_at=later))
        await room.ann.click(preview, label="Take it back")
        assert "does not let me take this playlist out" in text_of(preview)
        assert made.id in text_of(preview)
        refused = await room.ann.slash(room.channel, "undo")
        assert "nothing that I could take back" in text_of(refused.response)
        assert len(connected.env.refusals()) == 1


async def test_a_refused_save_leaves_me_as_it_was(tmp_path: Path, pool: ComputePool) -> None:
    async with connected_room(tmp_path, pool, scopes=READ_SCOPES) as connected:
        room = connected.room
        connected.list_of(doubled())
        card = await tidied(connected, "decide.0.remove")
        before = text_of((await room.ann.slash(room.channel, "me")).response)
        custom_id = next(each for each in ids(card) if each.endswith(":save"))
        for _ in range(3):
            await room.ann.click(card, custom_id=custom_id)
        assert text_of((await room.ann.slash(room.channel, "me")).response) == before


async def test_an_undo_is_no_saved_change(connected: ConnectedRoom) -> None:
    room = connected.room
    connected.list_of(doubled())
    card = await tidied(connected, "decide.0.remove")
    saved = await press(room, card, "save")
    assert "- 1 saved change of a playlist" in text_of((await room.ann.slash(room.channel, "me")).response)
    preview = (await room.ann.click(saved, label="Undo…")).response
    await room.ann.click(preview, label="Take it back")
    assert "- 1 saved change of a playlist" in text_of((await room.ann.slash(room.channel, "me")).response)


async def test_the_end_of_the_consent_is_said_under_any_answer(connected: ConnectedRoom) -> None:
    room, accounts = connected.room, connected.room.app.accounts
    assert accounts is not None
    assert "consent" not in str(
        [text_of(each) for each in (await room.ann.slash(room.channel, "help")).followups]
    )
    link = await accounts.links.load(room.ann.id)
    assert link is not None
    await accounts.links.save(replace(link, authorized_at=link.authorized_at - timedelta(days=170)))
    await room.restart()  # who was looked at is not looked at again for half a day
    answer = await room.ann.slash(room.channel, "help")
    assert "Your consent at Spotify ends in" in text_of(answer.followups[-1])
    assert (await room.ann.slash(room.channel, "help")).followups == [], "once is enough for a day"


async def test_the_end_of_the_consent_is_said_under_what_a_button_answers_too(
    connected: ConnectedRoom,
) -> None:
    room, accounts = connected.room, connected.room.app.accounts
    assert accounts is not None
    card = await room.analyze()
    link = await accounts.links.load(room.ann.id)
    assert link is not None
    await accounts.links.save(replace(link, authorized_at=link.authorized_at - timedelta(days=170)))
    await room.restart()  # who was looked at is not looked at again for half a day
    pressed = await room.ann.click(card, label="Quality")
    assert "Your consent at Spotify ends in" in text_of(pressed.followups[-1])
    assert (await room.ann.click(card, label="Charts")).followups == []
    assert (await room.bob.click(card, label="Quality")).followups == [], "it is nobody else's business"


async def test_login_says_as_whom_one_is_connected_already(connected: ConnectedRoom) -> None:
    room = connected.room
    card = (await room.ann.slash(room.channel, "login")).response
    assert "You are connected already as **Ann**" in text_of(card)
    card = (await room.bob.slash(room.channel, "login")).response
    assert "connected already" not in text_of(card)


async def test_a_second_save_says_so_and_makes_another_copy_only_if_asked(connected: ConnectedRoom) -> None:
    room = connected.room
    connected.list_of(doubled())
    card = await tidied(connected, "decide.0.remove")
    assert "## Saved\n" in text_of(await press(room, card, "save")) + "\n"
    for _ in range(2):
        again = await press(room, card, "save")
        assert "Saved already" in text_of(again)
        assert button_of(again, "Open in Spotify")["url"].endswith(connected.own[0].id)
    assert len(connected.own) == 2
    await room.ann.click(again, label="Save another copy")
    assert "Saved already" not in text_of(again)
    assert len(connected.own) == 3

    await room.ann.click(await undo_card(connected, count=2), label="Take 2 back")
    assert "Saved already" not in text_of(await press(room, card, "save"))
    assert len(connected.own) == 2
