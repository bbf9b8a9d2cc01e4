"""Say who compares, with what, and what that means."""

from __future__ import annotations

from cogs.words.buttons import Label
from cogs.words.text import escape, in_words, moment, plural, small
from services.domain.groups import MOST, Lobby, Member

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


def declined_lines() -> list[str]:
    """Say that there is no comparison."""
    return ["No comparison this time.", small("Nothing that was chosen for it is kept.")]


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


def result_gone_lines() -> list[str]:
    """Say that a result is gone."""
    return [
        "This result is gone: someone in it left, or 30 days have passed.",
        small(f"*{Label.START_GROUP}* makes a new one."),
    ]
