"""Each step of a login and a logout as accepted work: killed in between, the next start answers it."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Protocol

import discord

from cogs.replies.account import (
    disconnected_card,
    link_card,
    linked_card,
    logged_out_card,
    paste_card,
    sent_card,
)
from cogs.replies.layout import Reply
from cogs.words.account import LinkEnd
from cogs.work.kinds import Kind, request_of
from services.accounts.linking import LinkingService
from services.domain.errors.playlists import SpotifyOffError
from services.domain.errors.sources import LoginInterruptedError
from services.domain.jobs import Job
from services.domain.messages import OnProgress
from services.domain.requests import AccountRequest, JobKind, LoginStep
from services.domain.spotify import Disconnected, Linked
from services.workflows.library import LibraryWorkflow

_CLOSED_DMS = frozenset({50007, 50278})
"""Discord: direct messages are closed; no common server."""
_CLOCKS_DIFFER_BY = timedelta(minutes=1)

_log = logging.getLogger(__name__)

OpenChannel = Callable[[int], Awaitable[discord.abc.Messageable | None]]
"""Opens the direct messages with a person, while the bot is connected."""


class Login(Protocol):
    """What an installation that has a Spotify app can do about logins."""

    @property
    def linking(self) -> LinkingService:
        """The logins."""
        ...

    @property
    def is_pasted(self) -> bool:
        """Whether there are no pages, and people paste the address they were sent back to."""
        ...

    @property
    def library(self) -> LibraryWorkflow:
        """What linked people have at Spotify."""
        ...

    def url_of(self, token: str) -> str:
        """Return the address of a login's start page."""
        ...

    async def disconnect(self, user_id: int) -> Disconnected:
        """End a person's link and forget what was read with it."""
        ...

    async def fetch_list(self, user_id: int) -> None:
        """Read the list of a person's playlists, so that they are offered while they type."""
        ...


def account_kinds(login: Login | None, direct_message: OpenChannel) -> dict[JobKind, Kind]:
    """Say how the steps are done; nothing of them is for others to see."""

    async def do(job: Job, _say: OnProgress) -> Reply:
        request, user_id = request_of(job, AccountRequest), job.asked.owner_id
        if login is None:
            raise SpotifyOffError
        match request.step:
            case LoginStep.BEGIN:
                return await _hand_over(login, job, request, direct_message)
            case LoginStep.FINISH:
                return linked_card(await _finished(login, job, request.typed))
            case LoginStep.END:
                return logged_out_card(await login.disconnect(user_id), again=job.attempts > 0)

    async def card(_job: Job, done: Reply) -> Reply:
        return done

    async def fetch_list(job: Job) -> None:
        if login is not None and request_of(job, AccountRequest).step is LoginStep.FINISH:
            await login.fetch_list(job.asked.owner_id)

    return {JobKind.ACCOUNT: Kind(do=do, card=card, stoppable=False, afterwards=fetch_list)}


async def _hand_over(login: Login, job: Job, request: AccountRequest, direct_message: OpenChannel) -> Reply:
    user_id = job.asked.owner_id
    token = await login.linking.begin(
        user_id, discord_name=request.name, scopes=request.scopes, wanted=request.wanted
    )
    link = await login.linking.links.load(user_id)
    name = link.name if link is not None and link.refresh_sealed is not None else None
    if login.is_pasted:
        return paste_card(await login.linking.open_pasted(token), connected_as=name)
    proven = login.linking.proves_identity
    card = link_card(login.url_of(token), proven=proven, connected_as=name)
    # Begun a second time, it may have written to the person already; the link in there is void now.
    if request.in_server and not job.attempts and await _send(direct_message, user_id, card):
        return sent_card(proven=proven)
    return card


async def _finished(login: Login, job: Job, typed: str) -> Linked:
    user_id = job.asked.owner_id
    if job.attempts:
        linked = await login.linking.linked_since(user_id, job.asked.at - _CLOCKS_DIFFER_BY)
        if linked is not None:
            return linked
    if not typed:
        raise LoginInterruptedError
    if login.is_pasted:
        return await login.linking.finish_pasted(user_id, typed)
    return await login.linking.finish(user_id, typed)


async def _send(direct_message: OpenChannel, user_id: int, card: Reply) -> bool:
    try:
        channel = await direct_message(user_id)
        if channel is None:
            return False
        await channel.send(view=card.view())
    except discord.HTTPException as error:
        if error.code not in _CLOSED_DMS:
            _log.info("a direct message was refused: %s", error.code)
        return False
    return True


def tell_linked(open_channel: OpenChannel) -> Callable[[Linked], Awaitable[None]]:
    """Build what tells a person in Discord that a login was finished in the browser."""

    async def tell(linked: Linked) -> None:
        try:
            channel = await open_channel(linked.link.user_id)
            if channel is not None:
                await channel.send(view=linked_card(linked).view())
        except Exception as error:  # noqa: BLE001  (the login is done, whatever a network does)
            _log.info("a finished login could not be announced: %s", type(error).__name__)

    return tell


def tell_disconnected(open_channel: OpenChannel) -> Callable[[Disconnected, LinkEnd], Awaitable[None]]:
    """Build what tells a person that their link was ended by somebody or something else."""

    async def tell(ended: Disconnected, why: LinkEnd) -> None:
        try:
            channel = await open_channel(ended.user_id)
            if channel is not None:
                await channel.send(view=disconnected_card(ended, why).view())
        except Exception as error:  # noqa: BLE001  (the link is ended, whatever a network does)
            _log.info("whose link was ended could not be told: %s", error)

    return tell
