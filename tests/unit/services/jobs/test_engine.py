"""The line is fair, bounded and tells positions; whoever leaves it holds up nobody."""

from __future__ import annotations

import asyncio
import random

import pytest

from services.domain.errors.jobs import ShuttingDownError
from services.jobs.engine import Slots


class Person:
    """Somebody who takes a turn and is told positions."""

    def __init__(self, line: Slots) -> None:
        self.told: list[int] = []
        self.served = asyncio.Event()
        self.leave = asyncio.Event()
        self.task = asyncio.create_task(self._go(line))

    async def _go(self, line: Slots) -> None:
        async with line.slot(self._hear):
            self.served.set()
            await self.leave.wait()

    async def _hear(self, position: int) -> None:
        self.told.append(position)


async def settle() -> None:
    for _ in range(40):
        await asyncio.sleep(0)


async def test_turns_come_in_the_order_of_arrival_and_positions_are_told_seldom() -> None:
    line = Slots(2, say_after_s=0)
    people = [Person(line) for _ in range(12)]
    await settle()
    assert [person.served.is_set() for person in people] == [True] * 2 + [False] * 10
    assert people[-1].told == [10]
    assert line.waiting == 10
    for index, person in enumerate(people):
        assert person.served.is_set()
        person.leave.set()
        await settle()
        assert sum(each.served.is_set() for each in people) == min(index + 3, 12)
    assert people[-1].told == [10, 5, 2, 1]
    assert line.waiting == 0


async def test_whoever_gives_up_leaves_no_gap() -> None:
    line = Slots(1, say_after_s=0)
    first, second, third = (Person(line) for _ in range(3))
    await settle()
    second.task.cancel()
    await settle()
    first.leave.set()
    await settle()
    assert third.served.is_set()
    assert not second.served.is_set()
    third.leave.set()
    await settle()
    last = Person(line)
    await settle()
    assert last.served.is_set()
    assert last.told == []
    last.leave.set()
    await last.task


async def test_a_turn_that_comes_while_somebody_gives_up_goes_to_the_next() -> None:
    line = Slots(1, say_after_s=0)
    first, second, third = (Person(line) for _ in range(3))
    await settle()
    first.leave.set()
    while line.waiting == 2:  # noqa: ASYNC110  (nothing tells that the turn was given)
        await asyncio.sleep(0)  # until the turn is the second one's, which has not heard of it yet
    second.task.cancel()
    await settle()
    assert not second.served.is_set()
    assert third.served.is_set()
    third.leave.set()
    await third.task


@pytest.mark.parametrize("failing", [asyncio.CancelledError, ConnectionError])
async def test_a_turn_that_comes_while_a_position_is_told_is_passed_on_when_that_fails(
    failing: type[BaseException],
) -> None:
    line = Slots(1, say_after_s=0)
    first = Person(line)
    await settle()
    telling, told = asyncio.Event(), asyncio.Event()

    async def tell(_position: int) -> None:
        telling.set()
        await told.wait()
        raise failing

    async def wait_in_line() -> None:
        async with line.slot(tell):
            pytest.fail("it has given up")

    second = asyncio.create_task(wait_in_line())
    await telling.wait()
    first.leave.set()
    await first.task  # the turn is the second one's now
    third = Person(line)
    await settle()
    assert not third.served.is_set()
    told.set()
    with pytest.raises(failing):
        await second
    await settle()
    assert third.served.is_set()
    third.leave.set()
    await third.task


@pytest.mark.parametrize("seed", range(20))
async def test_no_slot_is_ever_lost_or_given_twice(seed: int) -> None:
    dice = random.Random(seed)
    line = Slots(3, say_after_s=0)
    people: list[Person] = []
    for _ in range(120):
        match dice.randrange(3):
            case 0:
                people.append(Person(line))
            case 1 if people:
                dice.choice(people).task.cancel()
            case _ if people:
                dice.choice(people).leave.set()
        for _ in range(dice.randrange(4)):
            await asyncio.sleep(0)
        assert sum(each.served.is_set() and not each.task.done() for each in people) <= 3
    for person in people:
        person.leave.set()
    await asyncio.gather(*(person.task for person in people), return_exceptions=True)
    after = [Person(line) for _ in range(4)]
    await settle()
    assert [each.served.is_set() for each in after] == [True, True, True, False]
    for person in after:
        person.leave.set()
    await asyncio.gather(*(person.task for person in after))


async def test_a_closed_line_sends_home_who_waits_and_lets_the_others_finish() -> None:
    line = Slots(1, say_after_s=0)
    inside, waiting = Person(line), Person(line)
    await settle()
    line.close()
    with pytest.raises(ShuttingDownError):
        await waiting.task
    with pytest.raises(ShuttingDownError):
        await Person(line).task
    inside.leave.set()
    await inside.task


async def test_a_short_wait_is_not_worth_a_line() -> None:
    line = Slots(1, say_after_s=60.0)
    first, second = Person(line), Person(line)
    await settle()
    first.leave.set()
    await settle()
    assert second.served.is_set()
    assert second.told == []
    second.leave.set()
    await second.task


async def test_the_wait_is_guessed_from_the_latest_turns() -> None:
    now = [0.0]
    line = Slots(2, clock=lambda: now[0])
    assert line.expected_wait_s(1) is None

    async def hear(_position: int) -> None:
        pass

    async with line.slot(hear):
        now[0] = 20.0
    assert line.expected_wait_s(1) == 10.0
    assert line.expected_wait_s(12) == 120.0
    for _ in range(60):
        async with line.slot(hear):
            now[0] += 2.0
    assert line.expected_wait_s(12) == pytest.approx(12.0, abs=0.5)
