"""What is said where an answer comes otherwise than it should: late, twice, elsewhere, or not at all."""

from __future__ import annotations

from collections.abc import Iterable

from cogs.words.text import escape, join_words

ASKING = "I am asking…"
RESTARTING = "I am restarting. This goes on by itself in a minute."
LATER = "This takes longer than Discord lets me change this message. The answer comes as a new one."
PERHAPS_SEEN = "I was restarted while telling you this, so you may have seen it already."
STOPPED = "Stopped. Now run your command again."
TAKEN_BACK = "This map was taken back by the person who made it."
OUT = "You are out."
CHOOSE_FIRST = "Choose the list first; then say with **Lock…** which tracks keep their place."
TAKES_BOTH = "A poster of you two takes both of you: press *Show here* on the result first."
POST_GONE = "What I posted here is gone. Press the button again, and I post it anew."
POSTER_POSTED = "The poster is in the channel. It goes when somebody on it leaves the comparison."

# What Discord refuses, or sends us that we can do nothing with.
CHANGED_COMMAND = "This command has changed. Close and reopen Discord's command list, then try again."
NOT_HERE = "This command can't be used here. Try it in a server or in a direct message with me."
UNKNOWN_COMPONENT = "I no longer know this button or menu. Run `/analyze` again to get a fresh card."
MAY_NOT_POST = (
    "I may not post here. Allow me to send messages and attach files in this channel, "
    "or use the private option."
)
TOO_LARGE = "The result is too large for this place. Try the private option, or a smaller playlist."
DISCORD_AWAY = "Discord does not answer me properly at the moment. That passes; try again in a minute."
DO_THAT = "do that"


def late(asked_at: str) -> str:
    """Introduce an answer that could not be given when it was there; `asked_at` is a moment in words."""
    return f"The answer to your request {asked_at}:"


def never_told(asked_at: str) -> str:
    """Say that an end could not be told, and can't be any more."""
    return f"I could not tell you how your request {asked_at} ended. Please look, or ask again."


def too_soon(seconds: float) -> str:
    """Ask for a pause of some seconds."""
    return f"Please wait {seconds:.0f} seconds before you try that again."


def unusable(value: str) -> str:
    """Refuse what was typed into an option."""
    return f"“{escape(value)}” is not something I can use there. Check the option and try again."


def lacking(permissions: Iterable[str]) -> str:
    """Ask for permissions, given as Discord calls them: "attach_files"."""
    needed = join_words(name.replace("_", " ").title() for name in permissions)
    return f"I lack a permission in this channel: {needed}. Allow it, or use the private option."


def your_result(user_id: int) -> str:
    """Name somebody whose result this is."""
    return f"<@{user_id}>, your result:"


def reference_line(reference: str) -> str:
    """Name what an operator finds in the logs."""
    return f"Reference {reference}"
