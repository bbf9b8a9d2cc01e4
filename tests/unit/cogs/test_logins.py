"""A login after a refusal asks for what was lacking, whichever process the button below it reaches."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import discord
import pytest

from cogs.replies.account import connect_ref
from cogs.replies.ids import ComponentRef
from cogs.work.logins import PendingRequests, want
from services.domain.errors.jobs import RequestForgottenError
from services.domain.errors.sources import NotLinkedError, ScopeMissingError
from services.domain.group_requests import AskRequest, Where
from services.domain.inputs import Links
from services.domain.requests import AnalyzeRequest
from services.domain.writes import REMOVE_SCOPES, WRITE_SCOPES


@pytest.mark.parametrize("scopes", [WRITE_SCOPES, REMOVE_SCOPES, WRITE_SCOPES | REMOVE_SCOPES, frozenset()])
def test_the_scopes_reach_another_process_with_the_button(scopes: frozenset[str]) -> None:
    interaction: Any = SimpleNamespace(
        user=SimpleNamespace(id=1),
        data={"custom_id": "tmb:tidy:abc:replace"},
        extras={},
        type=discord.InteractionType.component,
    )
    error = ScopeMissingError(scopes) if scopes else NotLinkedError()
    button = connect_ref(PendingRequests().keep(interaction, error))
    ref = ComponentRef.parse(button.button())
    assert ref is not None
    assert PendingRequests().take(ref.argument, 1) == (scopes, "")


def test_what_somebody_wanted_is_not_done_for_another_who_logs_in_from_their_button() -> None:
    pending = PendingRequests()
    interaction: Any = SimpleNamespace(
        user=SimpleNamespace(id=1), data={}, extras={}, type=discord.InteractionType.application_command
    )
    want(interaction, "Save", "tmb:tidy:abc:save")
    wish = pending.keep(interaction, ScopeMissingError(WRITE_SCOPES))
    assert pending.take(wish, 1) == (WRITE_SCOPES, "Save\ntmb:tidy:abc:save")
    assert pending.take(wish, 2) == (WRITE_SCOPES, "")


def test_what_is_kept_is_gone_after_an_hour_and_with_whoever_is_named_in_it() -> None:
    now = [0.0]
    pending = PendingRequests(clock=lambda: now[0])
    asked = AskRequest(asked_id=2, asked_name="Bob", host_name="Ann", where=Where.CHANNEL)
    first = pending.keep_failed(1, asked, private=True)
    assert pending.failed(first, 1) == (asked, True)
    with pytest.raises(RequestForgottenError):
        pending.failed(first, 2)
    pending.forget(2)
    with pytest.raises(RequestForgottenError):
        pending.failed(first, 1)

    pending.keep_failed(1, asked, private=True)
    now[0] = 3_601.0
    pending.expire()
    assert "Bob" not in "".join(map(repr, pending._failed._Cache__data.values()))  # type: ignore[attr-defined]


def test_the_message_of_somebody_else_is_not_kept() -> None:
    request = AnalyzeRequest(Links("my secret https://open.spotify.com/playlist/1", "Links from Bob"))
    assert PendingRequests().keep_failed(1, request, private=True) == ""
