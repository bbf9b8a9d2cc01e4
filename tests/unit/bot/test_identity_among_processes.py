"""A browser that comes back to another process of the same bot proves the same thing there."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from bot.web.login import DiscordIdentity
from services.domain.errors.sources import LinkExpiredError
from services.sealing import derive_key


def identity(token: str) -> DiscordIdentity:
    nobody: Any = None
    return DiscordIdentity(
        nobody,
        application_id=lambda: 1,
        client_secret="secret",
        redirect_uri="https://tastemap.example/discord",
        key=derive_key(token, b"proofs"),
    )


def test_the_proof_of_one_process_holds_at_another_with_the_same_token_only() -> None:
    url, proof = identity("the bot's token").ask(browser="browser", token="login")
    state = dict(parse_qsl(urlsplit(url).query))["state"]
    assert identity("the bot's token").token_of(proof, state=state, browser="browser") == "login"
    for token, browser in (("another token", "browser"), ("the bot's token", "another browser")):
        with pytest.raises(LinkExpiredError):
            identity(token).token_of(proof, state=state, browser=browser)
