"""Who asks for too much is told when it goes on; others do not notice."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import discord
import pytest

from cogs.replies.ids import Action, ComponentRef
from cogs.replies.lobby import LobbyVerb
from cogs.words.errors import sentence
from cogs.work.admission import ACTIONS, COMMANDS, PERSON, SERVER, Allowance, Limits, Price, price_of
from services.domain.errors.jobs import TooFastError

ANN, BOB, SERVER_ID = 1, 2, 10


class Clock:
    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


def spend(limits: Limits, price: Price, user_id: int = ANN, guild_id: int | None = SERVER_ID) -> int:
    """Return 0, or after how many seconds it goes on."""
    try:
        limits.spend(price, user_id=user_id, guild_id=guild_id)
    except TooFastError as error:
        return error.retry_after_s
    return 0


def test_a_refusal_takes_nothing_and_ends_when_it_says() -> None:
    clock = Clock()
    limits = Limits(clock=clock)
    assert [spend(limits, Price.DEAR) for _ in range(10)] == [0] * 10
    assert [spend(limits, Price.DEAR) for _ in range(50)] == [6] * 50
    clock.at += 5.0
    assert spend(limits, Price.DEAR) == 1
    assert spend(limits, Price.CHEAP) == 0  # enough for this one
    clock.at += 2.0
    assert spend(limits, Price.DEAR) == 0


def test_somebody_elses_haste_is_not_mine() -> None:
    limits = Limits(clock=Clock())
    while not spend(limits, Price.CHEAP):
        pass
    assert spend(limits, Price.CHEAP, BOB) == 0
    assert spend(limits, Price.CHEAP, BOB, None) == 0
    assert spend(limits, Price.CHEAP, ANN, None) == 1


def test_a_server_has_a_bucket_of_its_own_and_it_never_overflows() -> None:
    clock = Clock()
    limits = Limits(server=Allowance(12.0, 2.0), clock=clock)
    assert [spend(limits, Price.DEAR, person) for person in range(3)] == [0, 0, 3]
    with pytest.raises(TooFastError) as refused:
        limits.spend(Price.DEAR, user_id=7, guild_id=SERVER_ID)
    assert (
        sentence(refused.value) == "This server asked for a lot in a short time. Try that again in 3 seconds."
    )
    assert spend(limits, Price.DEAR, 7, SERVER_ID + 1) == 0
    clock.at += 1_000.0
    assert [spend(limits, Price.DEAR, person) for person in range(3)] == [0, 0, 3]


def test_three_hundred_people_of_one_server_may_ask_at_once() -> None:
    limits = Limits(clock=Clock())
    assert not any(spend(limits, Price.DEAR, person) for person in range(300))


def test_what_anybody_can_press_has_a_price_that_everybody_can_pay() -> None:
    assert set(ACTIONS) == set(Action)
    assert all(price.value <= min(PERSON.tokens, SERVER.tokens) for price in Price)


def test_a_button_that_does_what_a_command_does_costs_as_much() -> None:
    def pressed(verb: LobbyVerb) -> Any:
        data = {"custom_id": ComponentRef(Action.LOBBY, "lobby", verb).button()}
        return SimpleNamespace(type=discord.InteractionType.component, data=data)

    assert price_of(pressed(LobbyVerb.START)) is COMMANDS["group start"] is not ACTIONS[Action.LOBBY]
    assert price_of(pressed(LobbyVerb.JOIN)) is ACTIONS[Action.LOBBY]


def test_says_one_second_in_the_singular() -> None:
    said = sentence(TooFastError(retry_after_s=1, is_whole_server=False))
    assert said == "You asked for a lot in a short time. Try that again in 1 second."
