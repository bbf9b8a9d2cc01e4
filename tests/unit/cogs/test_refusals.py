"""Errors become sentences for people, with a reference that can be read aloud."""

from __future__ import annotations

import dataclasses
import re
import types
import typing
from datetime import UTC, datetime
from typing import Any

import discord
import pytest
from discord import app_commands

from cogs.words.errors import UNEXPECTED, sentence, sentence_for_discord
from cogs.words.lists import damage_words, shape_words
from cogs.work.errors import UnknownComponentError, new_reference, refusal, root_cause
from services.domain.errors import TastemapError
from services.domain.errors.jobs import CannotStopError, DeadlineExceededError
from services.domain.errors.playlists import NothingToAnalyzeError, NoTracksError, PlaylistNotInFileError
from services.domain.errors.sources import Denial, QuotaExceededError
from services.domain.errors.storage import DraftNotFoundError, NothingToSplitError
from services.domain.inputs import SpotifyPage
from services.domain.messages import Damage, Fault, Look, Shape
from services.domain.music import Skipped, SkipReason
from services.domain.requests import JobKind
from services.domain.sound import SoundKind
from services.domain.writes import Write, WriteKind
from services.imports.upload import read_upload
from tests.architecture.test_prose import concrete_errors

EXAMPLES: dict[Any, Any] = {
    str: "Something",
    int: 3,
    float: 1.5,
    bool: True,
    datetime: datetime(2026, 3, 14, 12, tzinfo=UTC),
    frozenset[str]: frozenset({"playlist-modify-private"}),
    TastemapError: DeadlineExceededError("describe", 30.0),
    tuple[str, ...]: ("one", "two"),
    JobKind: JobKind.WRITE,
    SoundKind: SoundKind.MP4,
    SpotifyPage: SpotifyPage.ALBUM,
    Denial: Denial.CANCELLED,
    tuple[Write, ...]: (
        Write(
            write_id="w",
            user_id=1,
            request="r",
            kind=WriteKind.REPLACE,
            name="Late Drive",
            created_at=datetime(2026, 3, 14, 12, tzinfo=UTC),
            updated_at=datetime(2026, 3, 14, 12, tzinfo=UTC),
        ),
    ),
    tuple[Skipped, ...]: (Skipped(SkipReason.LOCAL_FILE, 2),),
    tuple[tuple[Skipped, ...], ...]: ((Skipped(SkipReason.LOCAL_FILE, 2),),),
}


HOSTILE = "`/forget` *a* [b](https://evil.example) <@1> @everyone ||c|| \\"
ESCAPED = re.compile(r"\\([^0-9A-Za-z\s])")
OURS = re.compile(
    r"`(?:/[a-z]+(?: [a-z]+)?|python -m bot [a-z]+(?: [a-z]+)?)`"  # commands
    r"|\*[A-Z][A-Za-z ]+…?\*"  # buttons
    r"|<t:\d{1,12}:[tTdDfFR]>"  # moments
    r"|\b[A-Z]+(?:_[A-Z]+)+\b|\b\d+@\d+\b"  # settings and places, which Discord shows as they are
)


def example_of(kind: type[TastemapError], word: str = "Something") -> TastemapError:
    hints = typing.get_type_hints(kind)
    values = {}
    for field in dataclasses.fields(kind):  # type: ignore[arg-type]
        hint = hints[field.name]
        if isinstance(hint, types.UnionType):
            hint = next(each for each in typing.get_args(hint) if each is not type(None))
        damage = Damage(Fault.CANNOT_UNPACK, names=(word,), file=word)
        example = {Damage: damage, Shape: Shape(Look.CSV, (word, word), 3)}.get(hint) or EXAMPLES[hint]
        values[field.name] = word if hint is str else (word, word) if hint == tuple[str, ...] else example
    return kind(**values)


RECORDS = [kind for kind in concrete_errors() if dataclasses.is_dataclass(kind)]


@pytest.mark.parametrize("kind", RECORDS, ids=lambda kind: kind.__name__)
def test_every_error_is_said_in_whole_sentences_of_plain_words(kind: type[TastemapError]) -> None:
    said = sentence(example_of(kind))
    assert said.endswith((".", "!", "?"))
    assert said[0].isupper() or said[0] in "“`"
    assert 15 < len(said) < 450
    for jargon in ("None", "Error", "Exception", "Traceback", "{", "}", "  "):
        assert jargon not in said


@pytest.mark.parametrize("kind", RECORDS, ids=lambda kind: kind.__name__)
def test_a_sentence_formats_its_own_words_and_shows_those_of_others_letter_by_letter(
    kind: type[TastemapError],
) -> None:
    for word in ("Something", HOSTILE, HOSTILE * 20):
        said = sentence_for_discord(example_of(kind, word))
        rest = ESCAPED.sub("", OURS.sub("", said))
        assert not set(rest) & set("\\`*_[]<@|"), rest
        assert "://" not in said
        assert not re.search(r"@(everyone|here)", said)
        assert len(said) < 2_500


@pytest.mark.parametrize("kind", RECORDS, ids=lambda kind: kind.__name__)
def test_no_sentence_shows_a_backslash(kind: type[TastemapError]) -> None:
    error = example_of(kind)
    assert "\\" not in sentence_for_discord(error)
    assert sentence_for_discord(error) == sentence(error)


@pytest.mark.parametrize("fault", Fault)
def test_every_fault_of_a_file_is_said(fault: Fault) -> None:
    said = damage_words(Damage(fault, line=12, column=3, count=200, names=("songs.csv",)))
    assert said[0].islower()
    assert not said.endswith(".")


@pytest.mark.parametrize("look", Look)
def test_every_look_of_a_file_is_said(look: Look) -> None:
    assert len(shape_words(Shape(look, ("songs",), 3))) > 5


def test_an_unknown_error_is_our_own_fault() -> None:
    assert sentence(RuntimeError("secret detail")) == UNEXPECTED
    assert refusal(KeyError("secret detail")) == UNEXPECTED


def test_a_refusal_shows_a_moment_as_discord_writes_it() -> None:
    until = datetime(2026, 11, 25, 4, 30, tzinfo=UTC)
    assert f"<t:{int(until.timestamp())}:R>" in sentence_for_discord(QuotaExceededError(until))


def test_a_long_list_of_playlists_is_not_repeated_whole() -> None:
    names = tuple(f"List {number}" for number in range(500))
    assert len(sentence(PlaylistNotInFileError("x", names))) < 300


class Response:
    def __init__(self, status: int) -> None:
        self.status = status
        self.reason = "refused"


def http_error(kind: type[discord.HTTPException], status: int, code: int) -> discord.HTTPException:
    return kind(Response(status), {"code": code, "message": "no"})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (http_error(discord.Forbidden, 403, 50013), "I may not post here"),
        (http_error(discord.HTTPException, 413, 40005), "too large"),
        (http_error(discord.HTTPException, 500, 0), "does not answer me properly"),
        (app_commands.CommandOnCooldown(app_commands.Cooldown(1, 9), 4.2), "wait 4 seconds"),
        (app_commands.CommandNotFound("x", []), "has changed"),
        (app_commands.CheckFailure("x"), "can't be used here"),
        (UnknownComponentError("tmb:x"), "no longer know this button"),
    ],
)
def test_refusals_of_discord_are_said_in_words(error: Exception, expected: str) -> None:
    assert expected in refusal(error)


def test_what_discord_py_wraps_is_unwrapped() -> None:
    inner = NothingToAnalyzeError()
    command: Any = types.SimpleNamespace(name="analyze")
    wrapped = app_commands.CommandInvokeError(command, inner)
    wrapped.__cause__ = inner
    assert root_cause(wrapped) is inner
    assert root_cause(inner) is inner


def test_references_have_eight_characters_that_cannot_be_confused() -> None:
    references = {new_reference() for _ in range(300)}
    assert len(references) == 300
    assert all(len(each) == 8 and not set(each) & set("OI01") and each.isalnum() for each in references)


def test_what_cannot_be_stopped_is_named_for_what_it_is() -> None:
    assert "Writing to Spotify" in sentence(CannotStopError(JobKind.WRITE))
    said = sentence(CannotStopError(JobKind.ACCOUNT))
    assert "login" in said
    assert "/undo" not in said
    assert "`/optimize`" in sentence(DraftNotFoundError("x"))


def test_a_list_of_one_kind_is_not_said_to_lack_sound() -> None:
    said = sentence(NothingToSplitError("Mine", 40, known=40))
    assert "its tracks stay together. Ask for a number with `groups:`" in said
    assert "sound" not in said
    asked = sentence(NothingToSplitError("Mine", 40, known=40, asked=8))
    assert asked.endswith("that I could split it by, into eight or any number: its tracks are all alike.")


def test_a_file_with_the_link_of_a_playlist_says_where_that_is_read() -> None:
    with pytest.raises(NoTracksError) as refused:
        read_upload(b"https://open.spotify.com/playlist/37i9dQZF1DXcBWIGoYBM5M\n")
    assert "paste its link into `playlist:` of `/analyze`" in sentence(refused.value)
