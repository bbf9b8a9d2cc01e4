"""Sentences and cards name a next step that exists where they are read."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot.app import build
from bot.config import Settings
from cogs.replies.comparison import pair_card
from cogs.replies.ids import Action, ComponentRef
from cogs.replies.lobby import lobby_card
from cogs.replies.next_steps import NEXT, NoStep, Refused, Step, next_buttons, next_step
from cogs.replies.report import quality_card, tempo_card
from cogs.words.errors import sentence
from services.domain.errors import TastemapError
from services.domain.errors.groups import CannotTakeBackError, CompareWithNobodyError, LobbyEndedError
from services.domain.errors.playlists import UploadExpiredError
from services.domain.errors.sources import NotLinkedError
from services.domain.errors.storage import DraftNotFoundError, NotYourReportError
from services.domain.features import Feature, Provenance
from services.domain.group_requests import AskRequest, Where
from services.domain.grouping import Grouping
from services.domain.groups import GroupKind
from services.domain.inputs import LatestMap
from services.domain.ordering import Goal
from services.domain.requests import OptimizeRequest
from tests.unit.cogs.test_refusals import RECORDS, example_of
from tests.unit.services.charts.comparisons import make_comparison
from tests.unit.services.charts.reports import make_report
from tests.unit.services.domain.test_groups import lobby, someone

_SLASH = re.compile(r"`/([a-z]+(?: [a-z]+)?)`")


def words(reply: Any) -> str:
    return str([item.to_component_dict() for item in reply.blocks])


async def test_every_command_that_a_sentence_names_exists(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, database_url=f"sqlite+aiosqlite:///{tmp_path / 'test.db'}")
    async with build(settings) as app, app.new_bot() as bot:
        await bot.setup_hook()
        known = {command.qualified_name for command in bot.tree.walk_commands()}
    for kind in RECORDS:
        assert set(_SLASH.findall(sentence(example_of(kind)))) <= known, kind.__name__


FROM_ANYWHERE = [
    Refused(
        guild_id=1,
        pressed=ComponentRef(action, "x"),
        again="tmb:example:start",
        request=request,
        keep=lambda _request: "tmb:retry:x",
    )
    for action in (Action.LOBBY, Action.OPTIMIZE)
    for request in (AskRequest(1, "A", "B", Where.CHANNEL), OptimizeRequest(LatestMap(), Goal.HARMONIC))
]


@pytest.mark.parametrize("kind", RECORDS, ids=lambda kind: kind.__name__)
def test_every_refusal_has_its_next_step_or_a_reason_why_there_is_none(kind: type[TastemapError]) -> None:
    error = example_of(kind)
    assert kind in NEXT, "an error of its own has a next step of its own"
    steps = next_step(error)
    if isinstance(steps, NoStep):
        named = _SLASH.findall(sentence(error))
        assert steps is not NoStep.COMMAND or named or kind is CompareWithNobodyError
        return
    labels = {each.label for refused in FROM_ANYWHERE for each in next_buttons(steps, error, refused)}
    assert labels == set(steps)
    refs = [ComponentRef.parse(str(each.custom_id)) for each in next_buttons(steps, error, FROM_ANYWHERE[0])]
    assert None not in refs


def test_no_step_leads_to_where_it_can_not_be_taken() -> None:
    assert next_buttons((Step.JOIN, Step.START_GROUP, Step.PUT_ON_MAP), NotLinkedError(), Refused()) == []
    without = Refused(has_spotify=False)
    (only,) = next_buttons((Step.CONNECT, Step.OTHER_LIST, Step.FILES), NotLinkedError(), without)
    assert only.label == Step.FILES


@pytest.mark.parametrize(
    ("error", "commands", "wrong"),
    [
        (DraftNotFoundError("x"), {"tidy", "split", "optimize"}, "nothing"),
        (LobbyEndedError("x"), {"group start", "compare"}, "Open again"),  # which pairs don't have
        (UploadExpiredError("x"), set(), "/analyze"),  # /tidy, /split and /optimize ask to choose too
        (CannotTakeBackError(), set(), "result"),  # what /sharing shows is none
        (NotYourReportError(1), set(), "map"),  # but perhaps a waiting file
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_sentence_fits_every_command_that_can_end_in_it(
    error: Exception, commands: set[str], wrong: str
) -> None:
    said = sentence(error)
    assert commands <= set(_SLASH.findall(said))
    assert wrong not in said


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("file:exportify", "your Exportify file"),
        ("file:exportify-app", "your Exportify app file"),
        ("file", "your file"),
        ("dataset:old", "the data set old"),
        ("reccobeats", "ReccoBeats"),
    ],
)
def test_sources_are_called_by_names_that_people_know(source: str, name: str) -> None:
    report = make_report()
    report = replace(report, coverage=replace(report.coverage, by_source={source: 7}))
    assert f"- {name}: 7 tracks" in words(quality_card(report, "r1"))
    entry = report.tracks[0]
    known = {**entry.provenance, Feature.TEMPO: replace(entry.provenance[Feature.TEMPO], source=source)}
    assert isinstance(known[Feature.TEMPO], Provenance)
    assert f"according to {name}." in words(tempo_card(replace(entry, provenance=known), "r1", 0))


def test_only_what_leaves_a_map_and_has_a_place_is_offered_below_the_quality() -> None:
    report = make_report()
    some = replace(report.coverage, measured=60, borrowed=20, imputed=40, unknown=0, total=120)
    assert "Measured only" in words(quality_card(replace(report, coverage=some), "r1"))
    none = replace(some, measured=0, borrowed=80)
    assert "Measured only" not in words(quality_card(replace(report, coverage=none), "r1"))
    assert "A tempo is wrong?" in words(quality_card(report, "r1"))
    assert "A tempo is wrong?" not in words(quality_card(replace(report, clusters=()), "r1"))


def test_how_well_groups_hold_up_is_said_of_those_that_are_shown() -> None:
    report = make_report()
    assert report.structure.k > 1
    by_sound = replace(report, structure=replace(report.structure, stability=0.91))
    assert "(agreement 0.91" in words(quality_card(by_sound, "r1"))
    for of_sound in (0.91, None):
        by_style = replace(
            report,
            structure=replace(report.structure, stability=of_sound),
            basis=replace(report.basis, grouping=Grouping.STYLE, stability=0.72),
        )
        assert "(agreement 0.72" in words(quality_card(by_style, "r1"))


def test_only_who_has_not_chosen_is_told_to_choose() -> None:
    both = lobby(someone(1), someone(2), kind=GroupKind.PAIR)
    assert "Now both choose" in words(lobby_card(both))
    one = lobby(someone(1, brought="A list"), someone(2), kind=GroupKind.PAIR)
    assert "Waiting for Person 2 to choose" in words(lobby_card(one))
    ready = lobby(someone(1, brought="A"), someone(2, brought="B"), kind=GroupKind.PAIR)
    assert "Ready" in words(lobby_card(ready))


@pytest.mark.parametrize(("people", "offered"), [(2, False), (3, True)])
def test_all_pairs_are_offered_where_there_are_others(people: int, offered: bool) -> None:
    stored = SimpleNamespace(comparison=make_comparison(people), result_id="r1")
    shown: Any = SimpleNamespace(stored=stored)
    assert ("All pairs" in words(pair_card(shown, 0, 1, 0, None))) is offered
