"""Say who compares, with what, and what that means."""

from __future__ import annotations

from cogs.words.answers import OUT
from cogs.words.controls import Label
from cogs.words.text import escape, in_words, moment, plural, small
from services.domain.comparison import FEWEST_MEASURED
from services.domain.groups import MOST, Lobby, Member

CHANGES_THAT = "`/sharing questions` changes that at any time."
NOTED = "Noted. The channel sees the result once the other one presses *Show here* too."
BOTH_WANT_IT = "Both of you want it: the result is in the channel now."
YOU_ARE_IN = "You are in."
YOU_HAVE_ASKED = "You have asked; the other one answers."
ABOUT_LINKS = "Of one playlist of yours, or of tracks"
OR_LINKS = "Or links"
ABOUT_FILES = "From Exportify and others; nobody needs a Spotify login here"
OR_A_FILE = "Or an exported file"
NAME_IS_SHOWN = "Its name is shown"
A_PLAYLIST = "A playlist of yours"
BOTH_SEE = "Once the other person has chosen too, both of you can see the result."
STAYS_AS_IT_IS = "It stays as it is now, whatever becomes of the playlist. You can choose again."
WHAT_DO_YOU_BRING = "What do you bring?"
CHOOSE_NOW = "You are in. Now choose what you want to compare."
OVER = "This comparison is over."

NAME, _LABEL = 32, 48
WHAT_JOINING_MEANS = (
    "Joining lets this channel see how your music compares: scores, a map, awards, by name. "
    "*Leave* takes you out again at any time, also out of results that were posted."
)
WHAT_ACCEPTING_MEANS = (
    "Only the two of you see the result, unless both choose to show it. "
    "*Leave* ends it at any time and deletes the result."
)
DECLINED_LINES = ("No comparison this time.", small("Nothing that was chosen for it is kept."))
RESULT_GONE_LINES = (
    "This result is gone: someone in it left, or 30 days have passed.",
    small(f"*{Label.START_GROUP}* makes a new one."),
)
NEVER_LINES = (
    "Nobody can ask you any more, in any server.",
    small("`/sharing questions` lets people ask you again."),
)


def readiness(inside: int, ready: int) -> str:
    """Say how many are in, and how many have chosen."""
    return f"{plural(inside, 'person', 'people')}, {'all' if 1 < ready == inside else ready} ready"


def member_line(member: Member, lobby: Lobby) -> str:
    """Say who is in, and with what."""
    host = " · started this" if member.user_id == lobby.host_id else ""
    if member.brought is None:
        return f"- **{escape(member.name, NAME)}**{host} · has not chosen yet"
    tracks = "" if "tracks," in member.brought else f" · {plural(member.tracks, 'track')}"
    return f"- **{escape(member.name, NAME)}**{host} · {escape(member.brought, _LABEL)}{tracks}"


def host_line(lobby: Lobby) -> str:
    """Say what the one who asked has chosen, if anything."""
    host = lobby.member(lobby.host_id)
    return member_line(host, lobby) if host and host.brought else ""


def ends_unanswered(lobby: Lobby) -> str:
    """Say when a question ends by itself."""
    return f"Without an answer this ends {moment(lobby.ends_at)}."


def who_chooses(lobby: Lobby) -> str:
    """Say who has to choose yet."""
    missing = [member for member in lobby.inside if not member.is_ready]
    if len(missing) == 1:
        return f"Waiting for {escape(missing[0].name, NAME)} to choose what to compare"
    return "Now both choose what to compare"


def ended_lines(lobby: Lobby) -> list[str]:
    """Say that a comparison has ended."""
    return [
        "## This comparison has ended",
        f"{plural(len(lobby.inside), 'person', 'people')} took part.",
        small("*Open again* lets the same people compare once more; *Leave* still takes you out."),
    ]


def open_lines(lobby: Lobby) -> list[str]:
    """Say who is in."""
    return ["## Whose music sounds alike?", *(member_line(member, lobby) for member in lobby.inside)]


def terms_lines(lobby: Lobby) -> list[str]:
    """Say how a comparison goes."""
    inside, ready, ends = len(lobby.inside), len(lobby.ready), moment(lobby.ends_at)
    return [
        small(f"{readiness(inside, ready)} · room for {MOST} · ends {ends}"),
        small(
            "Whoever started this can press *Compare*, "
            f"or any {in_words(lobby.votes_needed)} of you together."
        ),
        small(WHAT_JOINING_MEANS),
    ]


def ended_line(lobby: Lobby) -> str:
    """Say why a comparison of two has ended."""
    return "There was no answer in time, so this has ended." if lobby.asked else "This comparison has ended."


def asking_lines(lobby: Lobby, asked: Member) -> list[str]:
    """Say who was asked."""
    return [f"## I have asked {escape(asked.name, NAME)}", host_line(lobby)]


def asking_terms(lobby: Lobby) -> list[str]:
    """Say what the one who asked waits for."""
    return [
        small("Only the two of you see the result, unless both choose to show it."),
        small(ends_unanswered(lobby)),
    ]


def question_lines(lobby: Lobby, asked: Member) -> list[str]:
    """Ask somebody to compare."""
    host = lobby.member(lobby.host_id)
    host_name = escape(host.name, NAME) if host else "Somebody"
    return [
        f"## <@{asked.user_id}>, compare your music?",
        f"**{host_name}** would like to know how alike your playlists sound. I ask only once.",
        host_line(lobby),
    ]


def ready_title(lobby: Lobby, is_ready: bool) -> str:
    """Say that both are ready, or who has to choose yet."""
    return "## Ready: how alike do you two sound?" if is_ready else f"## {who_chooses(lobby)}"


def wish_line(name: str) -> str:
    """Say that one of the two wants to show the result."""
    return f"{name} would like to show the result here; the other one decides too."


def asked_line(lobby: Lobby) -> str:
    """Say that the other one was asked, or need not be."""
    return "I have asked." if lobby.asked else "The other person shares in this server, so I need not ask."


def where_line(directly: bool) -> str:
    """Say where the card is."""
    return "You find the same card in our direct messages." if directly else "The card is in the channel."


def brought_line(member: Member) -> str:
    """Say what somebody compares with."""
    line = f"You bring **{escape(member.brought or '', 80)}**, {plural(member.tracks, 'track')}."
    if member.tracks < FEWEST_MEASURED:
        return f"{line} A score takes {FEWEST_MEASURED} measured tracks: choose a longer list."
    return line


def out_line(results: int) -> str:
    """Say that somebody is out, and what went with them."""
    return f"You are out, and {plural(results, 'result')} with you deleted." if results else OUT


def noted_lines(lobby: Lobby) -> list[str]:
    """Say how many want to compare."""
    return [
        f"Noted: {lobby.votes} of {lobby.votes_needed}.",
        small("It begins when enough of you press *Compare*, or whoever started this does."),
    ]


def questions_line(allow: bool) -> str:
    """Say whether people may ask."""
    return "People may ask you to compare." if allow else "Nobody can ask you to compare, in any server."


def direct_line(direct_messages: bool) -> str:
    """Say whether people are asked by direct message."""
    return (
        "People of this server may be asked by direct message."
        if direct_messages
        else "Nobody of this server is asked by direct message; `/compare` asks in channels."
    )
