"""Logins and logouts as accepted work, and what somebody wanted when a login came in between or it failed."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

import discord
from cachetools import TTLCache

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
from cogs.words.controls import GO_ON_WHERE_YOU_WERE
from cogs.work.host import Interaction
from cogs.work.kinds import Kind, request_of
from services.accounts.linking import LinkingService
from services.domain.errors.jobs import RequestForgottenError
from services.domain.errors.playlists import SpotifyOffError
from services.domain.errors.sources import LoginInterruptedError, ScopeMissingError
from services.domain.group_requests import AskRequest
from services.domain.inputs import Links
from services.domain.jobs import Job, Request
from services.domain.messages import OnProgress
from services.domain.report import new_id
from services.domain.requests import AccountRequest, JobKind, LoginStep
from services.domain.spotify import Disconnected, Linked
from services.domain.writes import REMOVE_SCOPES, WRITE_SCOPES
from services.workflows.library import LibraryWorkflow

_CLOSED_DMS = frozenset({50007, 50278})
"""Discord: direct messages are closed; no common server."""
_CLOCKS_DIFFER_BY = timedelta(minutes=1)

_log = logging.getLogger(__name__)

OpenChannel = Callable[[int], Awaitable[discord.abc.Messageable | None]]
"""Opens the direct messages with a person, while the bot is connected."""
_KEPT, _KEPT_FOR_S = 2_000, 3_600.0
"""A button below a refusal is pressed within minutes; what is wanted is kept no longer than that."""
_BEYOND = tuple(sorted(WRITE_SCOPES | REMOVE_SCOPES))
"""What a login may be asked for beside reading; by its number it stands in the id of a wish."""
_WANTED = "wanted"


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


async def tell_linked(open_channel: OpenChannel, linked: Linked) -> None:
    """Tell a person in Discord that a login was finished in the browser."""
    await _tell(open_channel, linked.link.user_id, linked_card(linked))


async def tell_disconnected(open_channel: OpenChannel, ended: Disconnected, why: LinkEnd) -> None:
    """Tell a person that their link was ended by somebody or something else."""
    await _tell(open_channel, ended.user_id, disconnected_card(ended, why))


async def _tell(open_channel: OpenChannel, user_id: int, card: Reply) -> None:
    try:
        channel = await open_channel(user_id)
        if channel is not None:
            await channel.send(view=card.view())
    except Exception as error:  # noqa: BLE001  (it has happened already, whatever a network does)
        _log.info("what became of a login could not be told: %s", type(error).__name__)


def want(interaction: Interaction, label: str, custom_id: str) -> None:
    """Say, before something that may need a login, which button would do the same afterwards.

    Buttons need no such word: pressing them again is what was wanted.
    """
    interaction.extras[_WANTED] = f"{label}\n{custom_id}"


@dataclass(frozen=True, slots=True)
class _Wish:
    """What one person wanted, and which scopes they lacked for it."""

    user_id: int
    scopes: frozenset[str]
    button: str


@dataclass(frozen=True, slots=True)
class _Failed:
    """A request of one person that failed."""

    user_id: int
    request: Request
    private: bool

    def is_about(self, user_id: int) -> bool:
        """Whether somebody asked for it, or is named in it."""
        asked_id = self.request.asked_id if isinstance(self.request, AskRequest) else None
        return user_id in {self.user_id, asked_id}


class PendingRequests:
    """Wishes by id, for the short time between a refusal and the button below it.

    Kept in memory: after a restart, or in another process, the login works all the same, and the person
    repeats the command. So the scopes stand in the id itself: a login without them would be none.

    Requests that failed are kept likewise, to be tried again: their rows are emptied with the answer.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._wishes: TTLCache[str, _Wish] = TTLCache(_KEPT, _KEPT_FOR_S, timer=clock)
        self._failed: TTLCache[str, _Failed] = TTLCache(_KEPT, _KEPT_FOR_S, timer=clock)

    def keep(self, interaction: Interaction, error: BaseException) -> str:
        """Remember what `interaction` wanted, and which scopes it lacked; returns the wish's id."""
        scopes = error.scopes if isinstance(error, ScopeMissingError) else frozenset()
        data: Any = interaction.data or {}
        wish = interaction.extras.get(_WANTED)
        if wish is None and interaction.type is discord.InteractionType.component:
            wish = f"{GO_ON_WHERE_YOU_WERE}\n{data.get('custom_id', '')}"
        wish_id = new_id()
        wish_id += "." + "".join(str(number) for number, scope in enumerate(_BEYOND) if scope in scopes)
        self._wishes[wish_id] = _Wish(interaction.user.id, scopes, str(wish or ""))
        return wish_id

    def take(self, wish_id: str, user_id: int) -> tuple[frozenset[str], str]:
        """Return the scopes and the wish; no wish where it is forgotten, or somebody else's."""
        wish = self._wishes.get(wish_id)
        if wish is None or wish.user_id != user_id:
            numbers = wish_id.partition(".")[2]
            return frozenset(scope for number, scope in enumerate(_BEYOND) if str(number) in numbers), ""
        return wish.scopes, wish.button

    def keep_failed(self, user_id: int, request: Request, *, private: bool) -> str:
        """Remember a request that may be tried again; returns its id, empty for what is nowhere kept.

        A text with links may be the message of somebody else.
        """
        if isinstance(getattr(request, "what", None), Links):
            return ""
        failed_id = new_id()
        self._failed[failed_id] = _Failed(user_id, request, private)
        return failed_id

    def failed(self, failed_id: str, user_id: int) -> tuple[Request, bool]:
        """Return such a request, and whether its answer is private.

        Raises
        ------
        RequestForgottenError
            It is forgotten, was kept by another process, or is somebody else's.
        """
        failed = self._failed.get(failed_id)
        if failed is None or failed.user_id != user_id:
            raise RequestForgottenError
        return failed.request, failed.private

    def expire(self) -> None:
        """Forget what is over: the caches by themselves do so only when something new is kept."""
        self._wishes.expire()
        self._failed.expire()

    def forget(self, user_id: int) -> None:
        """Forget what a person wanted, and what was wanted of them."""
        for wish_id in [each for each, wish in self._wishes.items() if wish.user_id == user_id]:
            self._wishes.pop(wish_id, None)
        for failed_id in [each for each, failed in self._failed.items() if failed.is_about(user_id)]:
            self._failed.pop(failed_id, None)
