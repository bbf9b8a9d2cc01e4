"""Clips at ReccoBeats, against every answer of its contract."""

from __future__ import annotations

import io
import logging
import wave

import pytest

from sandbox.faults import Fault, FaultKind
from sandbox.reccobeats import SandboxReccoBeats
from sandbox.reccobeats_analysis import SandboxAnalysis, clip_values
from services.domain.features import SOUND_FEATURES, AudioFeatures, Feature
from services.domain.messages import NoteKind
from services.sources.reccobeats_clips import averaged
from tests.unit.services.sources.fakes import FakeClock, reccobeats

SMALL = b"OggS small"


def clip(number: int, seconds: float = 0.05) -> bytes:
    into = io.BytesIO()
    with wave.open(into, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(44_100)
        file.writeframes(bytes([number]) * (2 * int(44_100 * seconds)))
    return into.getvalue()


CLIPS = [clip(1), clip(2), clip(3)]


async def no_shrink(_clip: bytes) -> bytes:
    raise AssertionError("nothing was too large")


async def shrink(_clip: bytes) -> bytes:
    return SMALL


def world(*faults: Fault | None) -> tuple[FakeClock, SandboxReccoBeats, SandboxAnalysis]:
    time = FakeClock()
    sandbox = SandboxReccoBeats(clock=time.monotonic)
    sandbox.analysis.faults.extend(faults)
    return time, sandbox, sandbox.analysis


async def test_three_clips_are_sent_one_after_the_other_and_averaged() -> None:
    time, sandbox, analysis = world()
    async with reccobeats(sandbox, time) as client:
        outcome = await client.clips.measure(CLIPS, shrink=no_shrink, tempo_bpm=None)
    assert [call.parts[0].content for call in analysis.calls] == CLIPS
    assert len({call.parts[0].sha256 for call in analysis.calls}) == 3
    assert not any(call.is_early for call in analysis.calls)
    gaps = [later.at - call.at for call, later in zip(analysis.calls, analysis.calls[1:], strict=False)]
    assert min(gaps) >= 0.7
    assert outcome.notice is None
    reading = outcome.reading
    assert reading is not None
    assert (reading.answered, reading.sent) == (3, 3)
    energies = [clip_values(each)["energy"] for each in CLIPS]
    assert reading.features.energy == pytest.approx(sum(energies) / 3, abs=1e-4)
    assert reading.spread.energy == pytest.approx((max(energies) - min(energies)) / 2, abs=1e-4)


async def test_nothing_but_the_clip_is_in_the_body() -> None:
    time, sandbox, analysis = world()
    async with reccobeats(sandbox, time) as client:
        await client.clips.measure(CLIPS[:1], shrink=no_shrink, tempo_bpm=None)
    (call,) = analysis.calls
    (part,) = call.parts
    assert (part.name, part.filename, part.content_type) == ("audioFile", "clip.wav", "audio/wav")
    assert call.user_agent.startswith("Tastemap/")


async def test_the_wrapped_form_is_read_too() -> None:
    time, sandbox, analysis = world()
    analysis.is_wrapped = True
    async with reccobeats(sandbox, time) as client:
        outcome = await client.clips.measure(CLIPS[:1], shrink=no_shrink, tempo_bpm=None)
    assert outcome.reading is not None
    assert outcome.reading.features.valence == clip_values(CLIPS[0])["valence"]


async def test_a_clip_that_is_too_large_is_sent_once_more_and_smaller() -> None:
    time, sandbox, analysis = world()
    analysis.most_bytes = 100
    async with reccobeats(sandbox, time) as client:
        outcome = await client.clips.measure(CLIPS[:1], shrink=shrink, tempo_bpm=None)
    assert [call.status for call in analysis.calls] == [413, 200]
    assert analysis.calls[1].parts[0].filename == "clip.ogg"
    assert outcome.reading is not None


async def test_too_large_twice_is_no_third_try() -> None:
    time, sandbox, analysis = world()
    analysis.most_bytes = 1
    async with reccobeats(sandbox, time) as client:
        outcome = await client.clips.measure(CLIPS[:1], shrink=shrink, tempo_bpm=None)
    assert [call.status for call in analysis.calls] == [413, 413]
    assert outcome.reading is None
    assert outcome.notice is not None
    assert outcome.notice.kind is NoteKind.CLIP_REFUSED


async def test_one_clip_of_three_that_fails_makes_a_result_from_two() -> None:
    time, sandbox, _ = world(None, Fault(FaultKind.NULLS), None)
    async with reccobeats(sandbox, time) as client:
        outcome = await client.clips.measure(CLIPS, shrink=no_shrink, tempo_bpm=None)
    assert outcome.reading is not None
    assert (outcome.reading.answered, outcome.reading.sent) == (2, 3)
    assert outcome.notice is not None


@pytest.mark.parametrize(
    ("fault", "rest_s"),
    [
        (Fault(FaultKind.RATE_LIMIT, retry_after_s=7), 7),
        (Fault(FaultKind.RATE_LIMIT, retry_after_s=7, as_date=True), 7),
        (Fault(FaultKind.RATE_LIMIT, message="Too many requests, retry after 9 seconds"), 9),
        (Fault(FaultKind.RATE_LIMIT), 5),
    ],
)
async def test_a_rest_is_kept_in_whatever_way_it_is_asked_for(fault: Fault, rest_s: float) -> None:
    time, sandbox, analysis = world(fault)
    async with reccobeats(sandbox, time) as client:
        outcome = await client.clips.measure(CLIPS[:1], shrink=no_shrink, tempo_bpm=None)
    assert [call.status for call in analysis.calls] == [429, 200]
    assert analysis.calls[1].at - analysis.calls[0].at >= rest_s
    assert not any(call.is_early for call in analysis.calls)
    assert outcome.reading is not None


async def test_a_server_that_fails_is_tried_again_and_then_left_alone() -> None:
    time, sandbox, analysis = world()
    analysis.always = Fault(FaultKind.STATUS, status=500)
    async with reccobeats(sandbox, time) as client:
        outcome = await client.clips.measure(CLIPS, shrink=no_shrink, tempo_bpm=None)
    assert outcome.reading is None
    assert outcome.notice is not None
    assert outcome.notice.kind is NoteKind.SOURCE_DOWN
    assert len(analysis.calls) <= 3


@pytest.mark.parametrize("status", [400, 415])
async def test_what_will_never_do_is_not_sent_again(status: int, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    time, sandbox, analysis = world()
    analysis.always = Fault(FaultKind.STATUS, status=status, message="Unsupported file type")
    async with reccobeats(sandbox, time) as client:
        outcome = await client.clips.measure(CLIPS, shrink=no_shrink, tempo_bpm=None)
    assert len(analysis.calls) == 1
    assert outcome.reading is None
    assert ("does not find the clip" in caplog.text) == (status == 415)


@pytest.mark.parametrize(
    "kind",
    [
        FaultKind.HTML, FaultKind.GARBAGE, FaultKind.CUT_JSON, FaultKind.WRONG_SHAPE, FaultKind.NULLS,
        FaultKind.RESET, FaultKind.TRUNCATED, FaultKind.ENDLESS, FaultKind.BOMB, FaultKind.REDIRECT,
        FaultKind.BLOCKED,
    ],
)  # fmt: skip
async def test_every_other_trouble_ends_in_a_notice_and_no_storm(kind: FaultKind) -> None:
    time, sandbox, analysis = world()
    analysis.always = Fault(kind)
    async with reccobeats(sandbox, time) as client:
        outcome = await client.clips.measure(CLIPS[:1], shrink=no_shrink, tempo_bpm=None)
    assert outcome.reading is None
    assert outcome.notice is not None
    assert len(analysis.calls) <= 3


async def test_each_value_is_checked_for_itself() -> None:
    time, sandbox, _ = world(Fault(FaultKind.PARTLY_NULL))
    async with reccobeats(sandbox, time) as client:
        outcome = await client.clips.measure(CLIPS[:1], shrink=no_shrink, tempo_bpm=None)
    assert outcome.reading is not None
    known = set(outcome.reading.features.known)
    broken = {Feature.TEMPO, Feature.ENERGY, Feature.VALENCE, Feature.DANCEABILITY, Feature.LIVENESS}
    assert known == set(SOUND_FEATURES) - broken


def test_loudness_is_averaged_through_power_and_tempo_never() -> None:
    answers = [AudioFeatures(tempo=70.0, loudness=-20.0), AudioFeatures(tempo=141.0, loudness=-10.0)]
    reading = averaged(answers, sent=3, tempo_bpm=140.0)
    assert reading.features.tempo == pytest.approx(140.5)
    assert reading.features.loudness == pytest.approx(-12.596, abs=1e-3)
    assert averaged(answers, sent=3, tempo_bpm=None).features.tempo == pytest.approx(70.25)
