"""A login after a refusal asks for what was lacking, whichever process the button below it reaches."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import discord
import pytest

from cogs.replies.account import connect_ref
from cogs.replies.ids import ComponentRef
from cogs.work.pending import PendingRequests
from services.domain.errors.accounts import NotLinkedError, ScopeMissingError
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
