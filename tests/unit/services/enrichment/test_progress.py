from __future__ import annotations

from cogs.words.messages import progress_line
from services.domain.messages import Progress
from services.enrichment.in_flight import EVERY_S, CountTeller
from tests.unit.services.sources.fakes import FakeClock


async def test_tells_at_most_every_two_seconds_and_not_the_end() -> None:
    time = FakeClock()
    lines: list[str] = []

    async def note(progress: Progress) -> None:
        lines.append(progress_line(progress))

    tell = CountTeller("ReccoBeats", note, time.monotonic)
    for answered in range(0, 1001, 40):
        await tell(answered, 1000)
        time.at += 0.7
    await tell(1000, 1000)
    assert len(lines) == 8
    assert all("1,000 tracks" in line for line in lines)
    assert "1,000 of" not in lines[-1]
    assert EVERY_S == 2.0


async def test_makes_no_promise_before_anything_has_arrived() -> None:
    time = FakeClock()
    lines: list[str] = []

    async def note(progress: Progress) -> None:
        lines.append(progress_line(progress))

    tell = CountTeller("ReccoBeats", note, time.monotonic)
    time.at += 5
    await tell(0, 100)
    assert lines == ["Asking ReccoBeats: 0 of 100 tracks…"]
