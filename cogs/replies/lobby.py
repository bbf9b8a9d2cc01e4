"""The cards of people who come together: who is in, with what, and what each can do next."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import discord
from discord import ButtonStyle, ui

from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import ACCENT, OFFERED, Reply, button, note, rule, text
from cogs.words import lobby as words
from cogs.words.controls import Label, compare_label
from cogs.words.lists import suggestion_label
from cogs.words.text import escape, plain, small
from services.domain.groups import FEWEST, GroupKind, Lobby, LobbyState, Member, MessageKind
from services.domain.inputs import Suggestion


class LobbyVerb(StrEnum):
    """What a `LOBBY` button asks for."""

    JOIN = "join"
    LEAVE = "leave"
    DECLINE = "decline"
    NEVER = "never"
    COMPARE = "compare"
    REOPEN = "reopen"
    SHOW = "show"
    START = "start"
    """A new comparison, in the channel of whoever presses it."""


NEW = "new"
"""Subject of a button about a comparison that there is not yet."""


class SourceField(StrEnum):
    """Custom ids of the fields of the form."""

    CHOSEN = "chosen"
    FILE = "file"
    LINKS = "links"


_LONGEST_TEXT = 4000


def lobby_card(lobby: Lobby, kind: MessageKind = MessageKind.CARD) -> Reply:
    """Show who is in a comparison, and with what; whoever asked sees no answers to press in their copy."""
    if lobby.kind is GroupKind.PAIR:
        return _pair_card(lobby, kind)
    if lobby.state is LobbyState.OPEN:
        return _open_card(lobby)
    return Reply(
        (
            text(*words.ended_lines(lobby)),
            ui.ActionRow(
                _press(Label.OPEN_AGAIN, lobby, LobbyVerb.REOPEN), _press(Label.LEAVE, lobby, LobbyVerb.LEAVE)
            ),
        )
    )


def _open_card(lobby: Lobby) -> Reply:
    ready = len(lobby.ready)
    compare: str = Label.COMPARE
    if lobby.votes and ready >= FEWEST:
        compare = compare_label(lobby.votes, lobby.votes_needed)
    return Reply(
        (
            text(*words.open_lines(lobby)),
            rule(),
            text(*words.terms_lines(lobby)),
            ui.ActionRow(
                _press(Label.JOIN, lobby, LobbyVerb.JOIN, ButtonStyle.primary),
                _choose(lobby),
                _press(Label.LEAVE, lobby, LobbyVerb.LEAVE),
                _press(compare, lobby, LobbyVerb.COMPARE, ButtonStyle.success),
            ),
        )
    )


def _pair_card(lobby: Lobby, kind: MessageKind) -> Reply:
    if lobby.state is LobbyState.DECLINED:
        return note(*words.DECLINED_LINES)
    if lobby.state is LobbyState.ENDED:
        return _ended_card(lobby)
    if lobby.asked is None:
        return _accepted_card(lobby)
    if kind is MessageKind.ASKER_CARD:
        return _asking_card(lobby, lobby.asked)
    return _question_card(lobby, lobby.asked)


def _ended_card(lobby: Lobby) -> Reply:
    said = words.ended_line(lobby)
    row = [_press(Label.LEAVE, lobby, LobbyVerb.LEAVE)]
    if len(lobby.ready) == FEWEST:
        row.insert(0, _see(lobby))
    return Reply((text(said), ui.ActionRow(*row)))


def _asking_card(lobby: Lobby, asked: Member) -> Reply:
    """Tell the one who asked what they wait for."""
    said = text(*words.asking_lines(lobby, asked))
    terms = text(*words.asking_terms(lobby))
    row = ui.ActionRow(_choose(lobby), _press(Label.TAKE_BACK, lobby, LobbyVerb.LEAVE))
    return Reply((said, rule(), terms, row))


def _question_card(lobby: Lobby, asked: Member) -> Reply:
    said = text(*words.question_lines(lobby, asked))
    row = ui.ActionRow(
        _press(Label.ACCEPT, lobby, LobbyVerb.JOIN, ButtonStyle.success),
        _press(Label.DECLINE, lobby, LobbyVerb.DECLINE),
        _choose(lobby),
        _press(Label.TAKE_BACK, lobby, LobbyVerb.LEAVE),
        _press(Label.NEVER_ASK_ME_AGAIN, lobby, LobbyVerb.NEVER),
    )
    terms = text(small(words.WHAT_ACCEPTING_MEANS), small(words.ends_unanswered(lobby)))
    return Reply((said, rule(), terms, row))


def _accepted_card(lobby: Lobby) -> Reply:
    is_ready = len(lobby.ready) == FEWEST
    wish = [escape(member.name, words.NAME) for member in lobby.inside if member.shows]
    lines = [
        words.ready_title(lobby, is_ready),
        *(words.member_line(member, lobby) for member in lobby.inside),
    ]
    if wish and not lobby.is_shown_to_channel:
        lines.append(small(words.wish_line(wish[0])))
    row = [_choose(lobby), _press(Label.LEAVE, lobby, LobbyVerb.LEAVE)]
    if is_ready:
        row.insert(0, _see(lobby))
    return Reply((text(*lines), rule(), text(small(words.WHAT_ACCEPTING_MEANS)), ui.ActionRow(*row)))


def over_card(kind: MessageKind) -> Reply:
    """Show nobody: what was here is over, or was taken back."""
    if kind.is_card:
        return note(words.OVER)
    said = text(*words.RESULT_GONE_LINES)
    start = ComponentRef(Action.LOBBY, NEW, LobbyVerb.START).button()
    return Reply((said, ui.ActionRow(button(Label.START_GROUP, start))))


def asked_note(lobby: Lobby, *, directly: bool) -> Reply:
    """Tell who wanted a comparison of two that the other one knows of it."""
    said = words.asked_line(lobby)
    where = words.where_line(directly)
    return note(said, small(where))


def joined_note(lobby: Lobby) -> Reply:
    """Tell somebody who just came in what comes next."""
    return Reply((text(words.CHOOSE_NOW), ui.ActionRow(_choose(lobby, ButtonStyle.primary))))


def brought_note(member: Member, lobby: Lobby) -> Reply:
    """Tell somebody what they compare with."""
    lines = [words.brought_line(member)]
    if lobby.kind is GroupKind.LOBBY:
        lines.append(small(words.STAYS_AS_IT_IS))
    else:
        lines.append(small(words.BOTH_SEE))
    return Reply((text(*lines),), accent=ACCENT)


def source_form(ref: ComponentRef, suggestions: Sequence[Suggestion]) -> ui.Modal:
    """Ask what somebody brings: one of their playlists, a file, or links."""
    form = ui.Modal(title=words.WHAT_DO_YOU_BRING, custom_id=ref.form(), timeout=None)
    if suggestions:
        options = [
            discord.SelectOption(
                label=plain(suggestion_label(each), 100) or "Untitled", value=each.value[:100]
            )
            for each in suggestions[:OFFERED]
        ]
        menu: ui.Select[Any] = ui.Select(
            custom_id=SourceField.CHOSEN, options=options, required=False, min_values=0
        )
        form.add_item(ui.Label(text=words.A_PLAYLIST, description=words.NAME_IS_SHOWN, component=menu))
    upload: ui.FileUpload[Any] = ui.FileUpload(
        custom_id=SourceField.FILE, required=False, min_values=0, max_values=1
    )
    form.add_item(ui.Label(text=words.OR_A_FILE, description=words.ABOUT_FILES, component=upload))
    links: ui.TextInput[Any] = ui.TextInput(
        custom_id=SourceField.LINKS,
        style=discord.TextStyle.paragraph,
        required=False,
        max_length=_LONGEST_TEXT,
    )
    form.add_item(ui.Label(text=words.OR_LINKS, description=words.ABOUT_LINKS, component=links))
    form.stop()  # else discord.py keeps it until somebody sends it, and most forms are just closed
    return form


def _press(
    label: str, lobby: Lobby, verb: LobbyVerb, style: ButtonStyle = ButtonStyle.secondary
) -> ui.Button[Any]:
    return button(label, ComponentRef(Action.LOBBY, lobby.lobby_id, verb), style=style)


def _choose(lobby: Lobby, style: ButtonStyle = ButtonStyle.secondary) -> ui.Button[Any]:
    return button(Label.CHOOSE_SOURCE, ComponentRef(Action.BRING, lobby.lobby_id), style=style)


def _see(lobby: Lobby) -> ui.Button[Any]:
    return button(Label.SEE_RESULT, ComponentRef(Action.RESULT, lobby.lobby_id), style=ButtonStyle.primary)
