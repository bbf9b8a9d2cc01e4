"""Say what is stored about somebody, and how they stand with Spotify."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from cogs.words.text import escape, join_words, moment, plural, small
from services.domain.spotify import Disconnected, Link, Linked

EVERYTHING = "Everything that is stored about you"
ERASE_EVERYTHING = "erase everything"
CODE_HINT = "Six digits, shown in the browser after you agreed at Spotify."
CODE_LABEL = "Code from the page"
ADDRESS_HINT = "It begins with http and holds code= and state=. Paste it only here."
ADDRESS_LABEL = "Address of the page that did not load"
WHAT_I_KNOW = "## What I know about you"
KEPT_BY_TRACK = "Features of tracks are kept by track, never by person."
YOUR_DATA = "## Your data"
WAYS_BACK = "`/login` connects it again while there is a seat. Exported files work without."
NOT_CONNECTED = "Your Spotify account is not connected, so there is nothing to end."
WITHDRAW = "To withdraw the consent at Spotify too: spotify.com/account/apps."
AFTER_LOGIN = "Next: `/playlists` lists what I can read, `/analyze` maps one of them."
UPLOAD = "Without a login: attach an exported file to any command (exportify.net makes one)."
PRIVACY = """\
**What I keep.** The maps you make and the playlists in them, for at most {days} days, so that their \
buttons work: your newest 100, fewer of very long playlists. Tempos you corrected, and which \
doubtful songs you took. Of a list that you have remembered (`/drift`): its name, means and groups for 13 \
months after each map, without any track. If you connect Spotify: the link, its tokens (encrypted), and \
what I read with it, for a day after its last use; the names of your playlists for a week.

**What I don't.** Your messages, lists of members, your mail address, your listening history, any password.

**Who sees what.** A result is public only where you ask for it in a channel; everything else only you see. \
Nobody is compared with anybody without having joined.

**Sound.** A sound file is measured in memory, never written down, and gone when the answer is there. Only \
if you press *Send … to ReccoBeats?* below an answer, up to three mono clips of 30 seconds leave, without \
names or tags; what they gave is kept for you alone for {days} days.

**Who else learns something.** ReccoBeats gets ids of tracks and nothing about you. \
ListenBrainz gets titles, artists and albums of tracks that have no id, and ListenBrainz or Last.fm a name \
there that you type, where whoever runs this bot has switched them on; neither learns who asked. Spotify \
sees that this bot reads your playlists, if you connect it. Nobody gets anything else.

**What you can do.** `/me` shows what is stored, `/mydata` hands over all of it, `/logout` ends the link to \
Spotify, `/forget` erases everything at once."""
KINDS: Mapping[str, tuple[str, str]] = {
    "reports": ("map", "maps"),
    "pending_uploads": ("waiting file", "waiting files"),
    "tempo_corrections": ("corrected tempo", "corrected tempos"),
    "remembered_maps": ("remembered map in numbers", "remembered maps in numbers"),
    "preferences": ("choice of a way of grouping", "choices of a way of grouping"),
    "name_answers": ("answer to “Same song?”", "answers to “Same song?”"),
    "jobs": ("command under way", "commands under way"),
    "heard_sounds": ("sound measured by ReccoBeats", "sounds measured by ReccoBeats"),
    "sound_offers": ("offer to send clips", "offers to send clips"),
    "drafts": ("draft", "drafts"),
    "playlist_writes": ("saved change of a playlist", "saved changes of playlists"),
    "links": ("link to Spotify", "links to Spotify"),
    "link_attempts": ("open login", "open logins"),
    "kept_playlists": ("playlist read lately", "playlists read lately"),
    "person_calls": ("count of calls to Spotify of today", "counts of calls to Spotify of today"),
    "libraries": ("list of your playlists", "lists of your playlists"),
    "listed_playlists": ("playlist name", "playlist names"),
    "lobbies": ("comparison you started", "comparisons you started"),
    "questions": ("question whether you compare", "questions whether you compare"),
    "lobby_members": ("place in a comparison", "places in comparisons"),
    "group_result_members": ("place in a result", "places in results"),
    "asks": ("question of the last days", "questions of the last days"),
    "unasked": ("wish not to be asked", "wishes not to be asked"),
    "digest_news": ("line of a weekly digest", "lines of weekly digests"),
    "map_members": ("place on a server map", "places on server maps"),
    "sharings": ("sharing with a server", "sharings with servers"),
}
"""Rows of each table in words, stored or erased; a test sees to it that no table is missing."""
PASTE_STEPS = (
    "1. Open the link and allow the access at Spotify.\n"
    "2. The browser then shows a page that can't be loaded: copy its whole address.\n"
    "3. Press **Finish login** and paste it there, and nowhere else."
)
LOGIN_PROMISES = (small("I never ask for a password, nor for a code or an address in a chat."), small(UPLOAD))
PASTE_PROMISES = (
    small("Nobody who asks you for that address in a chat or by message means well."),
    small(UPLOAD),
)
SENT_LINES = ("I sent you the link in a direct message.", small(UPLOAD))
FORGET_LINES = (
    "## Forget everything?",
    (
        "Your maps, drafts and corrections, the link to Spotify and its tokens, what you shared "
        "with groups: all of it goes at once and can't be brought back. Playlists that I saved for "
        "you stay at Spotify, but can no longer be undone here."
    ),
    small("Maps that you posted into channels are emptied there, where Discord still lets me."),
)


def link_lines(link: Link | None, now: datetime, seats: int | None) -> list[str]:
    """Say how somebody stands with Spotify; `seats` is None where nobody can connect it."""
    if seats is None:
        return ["This bot is not connected to Spotify; it reads exported files."]
    if link is None:
        return ["Spotify is not connected: `/login` connects it. Files work without."]
    name = f" as **{escape(link.name)}**" if link.name else ""
    if link.refresh_sealed is None or now >= link.ends_at:
        return [f"Spotify was connected{name}, but your consent has ended. Renew it with `/login`."]
    days = plural(link.days_left(now), "day")
    can_write = any(scope.startswith("playlist-modify") for scope in link.scopes)
    rights = "read your playlists and save new ones" if can_write else "read your playlists"
    return [
        f"Spotify is connected{name}; I may {rights}.",
        f"The consent ends in {days} ({moment(link.ends_at, 'D')}).",
        small(f"You hold one of {plural(seats, 'seat')} of this bot at Spotify; `/logout` gives it back."),
    ]


def said_rows(counts: Mapping[str, int]) -> str:
    """Say how many rows of which kind, in the order given; empty where there are none."""
    return join_words(plural(count, *KINDS.get(name, (name, name))) for name, count in counts.items())


def connected_line(name: str | None) -> str:
    """Say that and as whom somebody is connected already; None for one who is not."""
    if name is None:
        return ""
    whom = f" as **{escape(name)}**" if name else ""
    return f"You are connected already{whom}. Going on renews your consent, or connects another account."


def gone_lines(ended: Disconnected) -> list[str]:
    """Say what went with a link, and what stays."""
    said = said_rows(ended.gone)
    lines = ["I have forgotten the link, its tokens and all that was read with it."]
    if said:
        lines.append(f"Erased: {said}.")
    if ended.gone.get("playlist_writes"):
        lines.append("What I saved stays at Spotify as it is, and can no longer be undone here.")
    if ended.unfinished:
        changes = plural(ended.unfinished, "change")
        lines.append(
            f"I keep {changes} of a playlist that came only half through, with the former list: after "
            "`/login`, `/undo` puts it back. `/forget` erases that too."
        )
    lines.append(small("Maps made from files or links stay; `/me` lists them."))
    return lines


class LinkEnd(StrEnum):
    """Why a link ended that its person did not end."""

    RELEASED = "released"
    """Somebody who runs the bot gave the seat away."""
    OVER = "over"
    """The consent is over, by time or because it was withdrawn at Spotify."""


def _last_step(proven: bool) -> str:
    """Say what to do after the login."""
    return (
        "Then come back here: done."
        if proven
        else "The page then shows a code.\n3. Press **Finish login** here and enter it."
    )


def login_steps(*, proven: bool) -> str:
    """Say how a login goes."""
    last = _last_step(proven)
    return f"1. Open the link and check that it names you.\n2. Allow the access at Spotify. {last}"


def login_lines(connected_as: str | None) -> list[str]:
    """Say whom a link of a login is for."""
    return [
        "## Connect Spotify",
        connected_line(connected_as),
        "This link is for you alone and good for ten minutes.",
    ]


def linked_lines(linked: Linked) -> list[str]:
    """Say as whom somebody is connected."""
    name = f" as **{escape(linked.link.name)}**" if linked.link.name else ""
    return ["## Spotify is connected", f"You are connected{name}. Not you? Use `/logout` at once."]


def consent_line(linked: Linked) -> str:
    """Say how long a consent lasts."""
    days = (linked.link.ends_at - linked.link.authorized_at).days
    return f"The consent lasts {days} days; I will remind you in time."


def logged_out_lines(ended: Disconnected) -> list[str]:
    """Say what went with the link that its person ended."""
    return ["## Spotify is disconnected", *gone_lines(ended), WITHDRAW]


def disconnected_lines(ended: Disconnected, why: LinkEnd) -> list[str]:
    """Say why a link ended that its person did not end."""
    reason = {
        LinkEnd.RELEASED: "The people who run this bot have released your seat at Spotify.",
        LinkEnd.OVER: "Your consent at Spotify has ended, so I have ended the link.",
    }[why]
    return ["## Spotify is disconnected", reason, *gone_lines(ended)]


def stored_lines(stored: Mapping[str, int]) -> list[str]:
    """Count what is stored, by kind."""
    kept = {name: count for name, count in stored.items() if name != "links"}
    lines = [f"- {plural(count, *KINDS.get(name, (name, name)))}" for name, count in kept.items()]
    nothing = "Nothing but the link to Spotify." if "links" in stored else "Nothing."
    return ["**Stored**", *(lines or [nothing])]


def forgotten_lines(settled: Sequence[str], gone: Mapping[str, int]) -> list[str]:
    """Say what was erased."""
    said = said_rows(gone)
    return [
        "## Forgotten",
        *settled,
        f"Erased: {said}." if said else "There was nothing stored about you.",
        *([small(WITHDRAW)] if gone.get("links") else []),
    ]


def mydata_lines(unreadable: int) -> list[str]:
    """Say what is in the file."""
    missing = (
        f"{plural(unreadable, 'entry', 'entries')} can't be read by this version of Tastemap: the file "
        "names them with their dates, without their tracks."
    )
    return [
        "## All that is stored about you",
        "One JSON file, by table. Tokens are named in it, not shown: they are keys.",
        missing if unreadable else "",
    ]
