"""The real client of the token endpoint against a loopback login page."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from sandbox.spotify_accounts import CODE_LIFE_S, SandboxAccounts
from services.domain.errors.sources import (
    AppMisconfiguredError,
    LinkExpiredError,
    RelinkNeededError,
    SourceUnavailableError,
)
from services.domain.spotify import READ_SCOPES
from services.sources.spotify_auth import SpotifyAuth, challenge_of, new_verifier
from tests.unit.services.sources.fakes import CALM, FakeClock, serve, session
from tests.unit.services.sources.spotify_world import ANN

REDIRECT = "https://tastemap.example/callback"


@dataclass
class Login:
    server: SandboxAccounts
    auth: SpotifyAuth
    time: FakeClock

    def agree(self, verifier: str) -> str:
        """Let Ann agree, and return the code that her browser brings back."""
        url = self.auth.authorize_url(state="the-state", verifier=verifier, scopes=READ_SCOPES)
        back = self.server.decide(dict(parse_qsl(urlsplit(url).query)), ANN)
        answer = parse_qs(urlsplit(back).query)
        assert answer["state"] == ["the-state"]
        return answer["code"][0]


@asynccontextmanager
async def login(*, secret: str | None = "the-secret", rotates: bool = False) -> AsyncIterator[Login]:
    time = FakeClock()
    server = SandboxAccounts(
        [ANN],
        client_id="the-app",
        client_secret="the-secret",
        redirect_uris=[REDIRECT],
        clock=time.monotonic,
        rotates=rotates,
    )
    async with serve(server.app()) as url, session() as opened:
        auth = SpotifyAuth(
            opened,
            client_id="the-app",
            client_secret=secret,
            redirect_uri=REDIRECT,
            base_url=url,
            clock=time.clock,
            random=Random(3),
            patience=CALM,
        )
        yield Login(server, auth, time)


def test_the_challenge_is_that_of_the_standard() -> None:
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  # RFC 7636, appendix B
    assert challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    assert 43 <= len(new_verifier()) <= 128
    assert new_verifier() != new_verifier()


@pytest.mark.parametrize("secret", ["the-secret", None], ids=["with a secret", "with PKCE alone"])
async def test_a_code_brings_tokens_and_a_refresh_brings_another(secret: str | None) -> None:
    verifier = new_verifier()
    async with login(secret=secret) as world:
        grant = await world.auth.exchange(world.agree(verifier), verifier=verifier)
        held = world.server.check_token(grant.access_token)
        assert held is not None
        assert held.user is ANN
        assert grant.scopes == READ_SCOPES
        assert grant.expires_at - world.time.now() == timedelta(hours=1)
        assert grant.refresh_token is not None
        for hidden in (grant.access_token, grant.refresh_token):
            assert hidden not in repr(grant)
        renewed = await world.auth.refresh(grant.refresh_token)
        assert renewed.access_token != grant.access_token
        assert renewed.refresh_token is None  # the old one stays valid


async def test_a_refresh_token_that_is_replaced_comes_with_the_answer() -> None:
    verifier = new_verifier()
    async with login(rotates=True) as world:
        first = (await world.auth.exchange(world.agree(verifier), verifier=verifier)).refresh_token or ""
        second = (await world.auth.refresh(first)).refresh_token or ""
        assert second not in {"", first}
        with pytest.raises(RelinkNeededError):
            await world.auth.refresh(first)
        assert (await world.auth.refresh(second)).access_token


async def test_a_code_is_good_once_for_its_verifier_and_for_ten_minutes() -> None:
    verifier = new_verifier()
    async with login() as world:
        code = world.agree(verifier)
        await world.auth.exchange(code, verifier=verifier)
        with pytest.raises(LinkExpiredError):
            await world.auth.exchange(code, verifier=verifier)
        with pytest.raises(LinkExpiredError):
            await world.auth.exchange(world.agree(verifier), verifier=new_verifier())
        late = world.agree(verifier)
        world.time.at += CODE_LIFE_S + 1
        with pytest.raises(LinkExpiredError):
            await world.auth.exchange(late, verifier=verifier)


async def test_a_withdrawn_consent_asks_for_a_new_login() -> None:
    verifier = new_verifier()
    async with login() as world:
        grant = await world.auth.exchange(world.agree(verifier), verifier=verifier)
        world.server.revoke(ANN)
        with pytest.raises(RelinkNeededError):
            await world.auth.refresh(grant.refresh_token or "")


async def test_a_wrong_secret_is_the_operators_matter_and_nobody_logs_in_again() -> None:
    async with login(secret="wrong") as world:
        with pytest.raises(AppMisconfiguredError) as caught:
            await world.auth.refresh("any")
        assert "invalid_client" in str(caught.value)


@pytest.mark.parametrize(
    "body",
    ["[]", "{}", '{"access_token": ""}', '{"access_token": 7}', '{"access_token": null}', '"token"'],
)
async def test_an_answer_of_another_shape_is_no_token(body: str) -> None:
    async with login() as world:
        world.server.faults.extend([(200, body)] * 9)
        with pytest.raises(SourceUnavailableError):
            await world.auth.refresh("any")


@pytest.mark.parametrize("life_s", [0, -5, 10**9, "soon", None, 1.5])
async def test_a_life_that_can_not_be_true_counts_as_an_hour(life_s: object) -> None:
    async with login() as world:
        answer = {"access_token": "a", "refresh_token": 7, "expires_in": life_s, "scope": ["x"]}
        world.server.faults.append((200, json.dumps(answer)))
        grant = await world.auth.refresh("any")
        assert grant.expires_at - world.time.now() == timedelta(hours=1)
        assert (grant.refresh_token, grant.scopes) == (None, frozenset())


async def test_a_code_is_never_sent_twice_and_a_refresh_is() -> None:
    verifier = new_verifier()
    async with login() as world:
        code = world.agree(verifier)
        world.server.faults.append((500, "{}"))
        with pytest.raises((SourceUnavailableError, AppMisconfiguredError)):
            await world.auth.exchange(code, verifier=verifier)
        assert len(world.server.token_calls) == 1
        grant = await world.auth.exchange(code, verifier=verifier)
        world.server.faults.append((500, "{}"))
        assert (await world.auth.refresh(grant.refresh_token or "")).access_token
