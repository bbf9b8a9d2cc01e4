"""Connecting Spotify from Discord: the link, the code, and what goes on afterwards."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from sandbox.spotify_samples import MIKA, YOU
from services.compute import ComputePool
from services.domain.errors.storage import DatabaseFullError
from services.domain.spotify import MOST_TRIES
from services.storage.spotify import LibraryStore
from tests.discord.cards import check_limits, check_message, custom_ids, text_of
from tests.discord.login import LoginRoom, install_in_servers, login_room, url_of
from tests.discord.test_refusals import answer_of, log, refused

__all__ = ["log"]


@pytest.fixture
async def world(tmp_path: Path, pool: ComputePool) -> AsyncIterator[LoginRoom]:
    async with login_room(tmp_path, pool) as opened:
        yield opened


async def login(world: LoginRoom, who: Any = None) -> Any:
    """Use /login and return the private answer."""
    answer = await answer_of(await (who or world.room.ann).slash(world.room.channel, "login"))
    assert answer.ephemeral
    check_message(answer)
    return answer


def letters(person: Any) -> list[Any]:
    """Return the direct messages that the bot has written to somebody, as Discord has them."""
    return [
        SimpleNamespace(
            id=each.id, message=each, attachments=[], components=[part.to_dict() for part in each.components]
        )
        for each in person.user.dm_channel.history()
    ]


async def test_where_the_bot_is_at_home_the_link_comes_by_direct_message(
    world: LoginRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_in_servers(monkeypatch)
    note = await login(world)
    assert "direct message" in text_of(note)
    assert not [part for part in note.components if part.get("url")]
    (letter,) = letters(world.room.ann)
    check_limits(letter.components, [])
    assert letters(world.room.bob) == []

    code = await world.code_for(letter)
    shown = await world.room.ann.user.click(letter.message, label="Finish login")
    done = await answer_of(await world.room.ann.user.submit_modal(shown, {"text": code}))
    assert "Spotify is connected" in text_of(done)


async def test_the_code_can_be_entered_below_the_note_too(
    world: LoginRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_in_servers(monkeypatch)
    note = await login(world)
    code = await world.code_for(letters(world.room.ann)[0])
    done = await answer_of(await world.enter(world.room.ann, note, f"{code[:3]} {code[3:]}"))
    assert "Spotify is connected" in text_of(done)
    assert "nightdriver" in text_of(done)
    said = [*map(text_of, letters(world.room.ann)), text_of(note), text_of(done)]
    assert sum(each.count("Next:") for each in said) == 1


@pytest.mark.parametrize("error", [DatabaseFullError("no space left"), ZeroDivisionError("ours")])
async def test_a_finished_login_stays_finished_whatever_fails_after_it(
    world: LoginRoom, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    tried = 0

    async def save(*_: Any) -> None:
        nonlocal tried
        tried += 1
        raise error

    monkeypatch.setattr(LibraryStore, "save", save)
    answer = await login(world)
    entered = await world.enter(world.room.ann, answer, await world.code_for(answer))
    assert "Spotify is connected" in text_of(await answer_of(entered))
    assert entered.followups == []
    assert tried == 1


@pytest.mark.parametrize("code", [50007, 50278, 40003])
async def test_closed_direct_messages_put_the_link_into_the_answer(
    world: LoginRoom, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    install_in_servers(monkeypatch)
    world.room.env.inject_error("POST", "/channels/*/messages", status=403, code=code)
    answer = await login(world)
    assert letters(world.room.ann) == []
    assert "/link/" in url_of(answer)
    entered = await world.enter(world.room.ann, answer, await world.code_for(answer))
    assert "Spotify is connected" in text_of(await answer_of(entered))


async def test_a_bot_that_only_the_person_installed_answers_in_place(world: LoginRoom) -> None:
    answer = await login(world)
    assert "/link/" in url_of(answer)
    assert letters(world.room.ann) == []


async def test_in_a_direct_message_the_link_is_the_answer(world: LoginRoom) -> None:
    ann = world.room.ann.user
    await ann.send_dm("hello")
    answer = await answer_of(await ann.slash("login"))
    code = await world.code_for(answer)
    shown = await ann.click(answer, label="Finish login")
    assert "Spotify is connected" in text_of(await answer_of(await ann.submit_modal(shown, {"text": code})))


async def test_what_was_wanted_goes_on_after_the_login(world: LoginRoom) -> None:
    room = world.room
    refusal = await answer_of(await room.ann.slash(room.channel, "playlists"))
    assert "not connected" in text_of(refusal)
    assert len(room.env.refusals()) == 1
    link = await answer_of(await room.ann.click(refusal, label="Connect Spotify"))
    done = await answer_of(await world.enter(room.ann, link, await world.code_for(link)))
    assert "Show my playlists" in custom_ids(done)
    listed = await answer_of(await room.ann.click(done, label="Show my playlists"))
    assert "Late Drive Home" in text_of(listed)


async def test_a_login_survives_a_restart_of_the_bot(world: LoginRoom) -> None:
    answer = await login(world)
    code = await world.code_for(answer)
    await world.room.restart()
    done = await answer_of(await world.enter(world.room.ann, answer, code))
    assert "Spotify is connected" in text_of(done)


async def test_wrong_codes_are_told_and_end_the_login(
    world: LoginRoom, log: pytest.LogCaptureFixture
) -> None:
    answer = await login(world)
    code = await world.code_for(answer)
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    for left in range(MOST_TRIES - 1, -1, -1):
        told = refused(await answer_of(await world.enter(world.room.ann, answer, wrong)), log)
        assert (str(left) in told) or (left == 1 and "one try" in told) or (left == 0 and "too many" in told)
    told = refused(await answer_of(await world.enter(world.room.ann, answer, code)), log)
    assert "no longer open" in told
    assert not world.accounts.token_calls


async def test_the_code_before_the_browser_is_explained(
    world: LoginRoom, log: pytest.LogCaptureFixture
) -> None:
    answer = await login(world)
    told = refused(await answer_of(await world.enter(world.room.ann, answer, "123456")), log)
    assert "Open the link first" in told


async def test_bob_cannot_finish_what_ann_began(world: LoginRoom, log: pytest.LogCaptureFixture) -> None:
    answer = await login(world)
    code = await world.code_for(answer)
    bobs = await login(world, world.room.bob)
    told = refused(await answer_of(await world.enter(world.room.bob, bobs, code)), log)
    assert "Open the link first" in told
    assert not world.accounts.token_calls


async def test_logging_out_forgets_the_link_and_what_was_read(world: LoginRoom) -> None:
    room = world.room
    answer = await login(world)
    await world.enter(room.ann, answer, await world.code_for(answer))
    await room.ann.slash(room.channel, "playlists")
    assert room.app.accounts is not None
    assert await room.app.accounts.library.lists.load(room.ann.id) is not None
    gone = await answer_of(await room.ann.slash(room.channel, "logout"))
    assert "disconnected" in text_of(gone)
    assert await room.app.accounts.library.lists.load(room.ann.id) is None
    assert await room.app.accounts.links.all() == ()
    again = await answer_of(await room.ann.slash(room.channel, "logout"))
    assert "nothing to end" in text_of(again)


async def test_a_full_house_points_to_files(
    tmp_path: Path, pool: ComputePool, log: pytest.LogCaptureFixture
) -> None:
    async with login_room(tmp_path, pool, spotify_seats=1) as world:
        answer = await login(world, world.room.bob)
        await world.enter(world.room.bob, answer, await world.code_for(answer, MIKA))
        result = await world.room.ann.slash(world.room.channel, "login")
        told = refused(await answer_of(result), log)
        assert "exportify.net" in told
        assert len(world.room.env.refusals()) == 1


async def test_without_pages_the_address_is_pasted(tmp_path: Path, pool: ComputePool) -> None:
    async with login_room(tmp_path, pool, paste_login=True) as world:
        answer = await login(world)
        question = dict(parse_qsl(urlsplit(url_of(answer)).query))
        back = world.accounts.decide(question, YOU)
        done = await answer_of(await world.enter(world.room.ann, answer, back))
        assert "Spotify is connected" in text_of(done)


async def test_the_end_of_a_consent_is_announced_in_time(world: LoginRoom) -> None:
    room = world.room
    answer = await login(world)
    done = await answer_of(await world.enter(room.ann, answer, await world.code_for(answer)))
    assert "lasts 180 days" in text_of(done)
    listed = await answer_of(await room.ann.slash(room.channel, "playlists"))
    assert "consent" not in text_of(listed)
    assert room.app.accounts is not None
    links = room.app.accounts.links
    (link,) = await links.all()
    await links.save(replace(link, authorized_at=link.authorized_at - timedelta(days=170)))
    listed = await answer_of(await room.ann.slash(room.channel, "playlists"))
    assert "Your consent at Spotify ends in 9 days" in text_of(listed)
