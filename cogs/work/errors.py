"""One place that turns every failure into a sentence; what nobody expected has a reference into the log."""

from __future__ import annotations

import logging
import secrets
import string
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

import discord
from discord import app_commands, ui

from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import WARNING, Reply, text
from cogs.replies.next_steps import Next, NoStep, Refused, Step, next_buttons, next_step
from cogs.replies.saving import LAST, unfinished_card
from cogs.words import answers
from cogs.words.about import HelpTopic
from cogs.words.answers import DO_THAT, reference_line
from cogs.words.errors import UNEXPECTED, sentence_for_discord
from cogs.words.text import small
from cogs.work.admission import admit
from cogs.work.deliver import REPLY_AGAIN_S, answer_privately, insist
from cogs.work.host import Host, Interaction, Outcome, end, note_failure
from cogs.work.reaching import is_outage
from services.domain.errors import TastemapError
from services.domain.errors.jobs import ShuttingDownError, TooFastError
from services.domain.errors.sources import UnfinishedWritesError
from services.domain.errors.storage import StorageError
from services.domain.jobs import Job, Request

_log = logging.getLogger(__name__)

_REFERENCE_ALPHABET = string.ascii_uppercase.replace("O", "").replace("I", "") + string.digits[2:]
_REFERENCE_LENGTH = 8
_TOLD = "told"
"""Under this key an interaction remembers that its failure was explained, and whether that arrived."""
_LACKS_PERMISSION = frozenset({50001, 50013})
"""Discord: missing access; missing permissions. Other refusals have other reasons."""


class UnknownComponentError(Exception):
    """A button or menu says something that this version does not understand; the argument is its id."""


def new_reference() -> str:
    """Make a reference that can be read aloud: eight characters without look-alikes."""
    return "".join(secrets.choice(_REFERENCE_ALPHABET) for _ in range(_REFERENCE_LENGTH))


def root_cause(error: BaseException) -> BaseException:
    """Unwrap what discord.py wrapped."""
    while isinstance(error, app_commands.CommandInvokeError | app_commands.TransformerError) and isinstance(
        error.__cause__, BaseException
    ):
        error = error.__cause__
    return error


def refusal(error: BaseException) -> str:
    """Say what is wrong, for errors of ours and of Discord's."""
    match error:
        case app_commands.CommandOnCooldown():
            return answers.too_soon(error.retry_after)
        case app_commands.TransformerError():
            return answers.unusable(str(error.value))
        case app_commands.CommandNotFound() | app_commands.CommandSignatureMismatch():
            return answers.CHANGED_COMMAND
        case app_commands.BotMissingPermissions():
            return answers.lacking(error.missing_permissions)
        case app_commands.CheckFailure():
            return answers.NOT_HERE
        case UnknownComponentError():
            return answers.UNKNOWN_COMPONENT
        case discord.Forbidden() if error.code in _LACKS_PERMISSION:
            return answers.MAY_NOT_POST
        case discord.HTTPException() if error.code == 40005:
            return answers.TOO_LARGE
        case _ if is_outage(error):
            return answers.DISCORD_AWAY
        case _:
            return sentence_for_discord(error)


def _is_expected(error: BaseException, line: str) -> bool:
    """Whether the bot does what it should: nobody has to look into a log."""
    ours = isinstance(error, TastemapError) and not isinstance(error, StorageError)
    return line != UNEXPECTED and (
        ours or isinstance(error, app_commands.AppCommandError | UnknownComponentError)
    )


async def explain(
    interaction: Interaction,
    error: BaseException,
    *,
    tell: Callable[[Reply], Awaitable[object]] | None = None,
    job: Job | None = None,
) -> bool:
    """Tell the person what went wrong, privately and once, and log it; returns whether that reached them.

    A public "thinking…" message is taken away, so that a failure never stays in the channel.

    Parameters
    ----------
    tell
        Another way to the person than the reply of the interaction.
    job
        The accepted work that failed.
    """
    if _TOLD in interaction.extras:
        return bool(interaction.extras[_TOLD])
    error = root_cause(error)
    reference = new_reference()
    line = refusal(error)
    note_failure(interaction, Outcome.FAILED if line == UNEXPECTED else Outcome.REFUSED)
    where = interaction.command.qualified_name if interaction.command else "component"
    findable = {"reference": reference}
    if isinstance(error, TastemapError):
        _log.info("%s: %s refused: %s", reference, where, error, extra=findable)
    elif line == UNEXPECTED:
        _log.error("%s: %s failed", reference, where, exc_info=error, extra=findable)
    else:
        _log.warning("%s: %s failed: %r", reference, where, error, extra=findable)
    # Whoever reads what to do next needs nothing to tell an operator.
    told = () if _is_expected(error, line) else (small(reference_line(reference)),)
    if isinstance(error, UnfinishedWritesError):
        reply = unfinished_card(error.writes, Action.SAVING, so_that=DO_THAT)
    else:
        buttons = next_buttons(_next_of(error), error, _refused(interaction, error, job))
        row = (ui.ActionRow(*buttons),) if buttons else ()
        reply = Reply((text(line, *told), *row), accent=WARNING)
    try:
        if tell is not None:
            await tell(reply)
        else:
            await insist(partial(answer_privately, interaction, reply), REPLY_AGAIN_S)
        reached = True
    except Exception as problem:  # noqa: BLE001  (Discord's refusals, and whatever a network can do)
        reached = False
        _log.warning("%s: could not tell the person: %r", reference, problem)
    interaction.extras[_TOLD] = reached
    return reached


_OF_DISCORD: Mapping[type[BaseException], Next] = {
    UnknownComponentError: (Step.OTHER_LIST, Step.FILES),
    app_commands.AppCommandError: NoStep.COMMAND,
    discord.Forbidden: NoStep.UP_TO_OTHERS,
}


def _next_of(error: BaseException) -> Next:
    if isinstance(error, TastemapError) or is_outage(error):
        return next_step(error)
    return next((found for kind, found in _OF_DISCORD.items() if isinstance(error, kind)), (Step.AGAIN,))


_AS_PRESS = {
    "help": ComponentRef(Action.HELP, HelpTopic.START),
    "playlists": ComponentRef(Action.LIBRARY, "0"),
    "undo": ComponentRef(Action.UNDO, LAST),
}
"""Commands that a button can give once more, where they failed before they were accepted work."""


def _refused(interaction: Interaction, error: BaseException, job: Job | None) -> Refused:
    """Gather what the buttons below a refusal have to know."""
    data: Any = interaction.data or {}
    client, custom_id = interaction.client, str(data.get("custom_id", ""))
    is_button = data.get("component_type") == discord.ComponentType.button.value
    command = interaction.command.qualified_name if interaction.command else ""
    as_press = _AS_PRESS.get(command)

    def keep(request: Request) -> str:
        if job is None or not (client.connects and client.performs):
            return ""  # presses come to another process, which would know nothing of it
        kept = client.pending.keep_failed(interaction.user.id, request, private=job.asked.private)
        return ComponentRef(Action.RETRY, kept).button() if kept else ""

    return Refused(
        guild_id=interaction.guild_id,
        pressed=ComponentRef.parse(custom_id),
        again=custom_id if is_button else as_press.button() if as_press else "",
        request=job.request if job else None,
        keep=keep,
        wish=partial(client.pending.keep, interaction, error),
        has_spotify=client.has_spotify,
    )


def was_told(interaction: Interaction) -> bool:
    """Whether the failure of an interaction was explained already."""
    return _TOLD in interaction.extras


class ErrorTree(app_commands.CommandTree[Host]):
    """A command tree in which every failure ends in a sentence, and that is closed when the bot stops."""

    async def interaction_check(self, interaction: Interaction, /) -> bool:
        """Turn people away politely once the bot is stopping, and who asks too much at once."""
        try:
            return admit(interaction)
        except (ShuttingDownError, TooFastError) as error:
            if interaction.type is discord.InteractionType.autocomplete:
                await interaction.response.autocomplete([])
            else:
                await explain(interaction, error)
            return False

    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError, /) -> None:
        """Explain a failed command."""
        await explain(interaction, error)
        end(interaction, interaction.command.qualified_name if interaction.command else "unknown")
