"""What somebody shares in a server, in plain words."""

from __future__ import annotations

from cogs.replies.layout import Reply, note, small
from cogs.replies.text import escape, plural
from services.domain.groups import Sharing


def sharing_card(sharing: Sharing | None) -> Reply:
    """Say what others of the server may do."""
    if sharing is None:
        return note(
            "You share nothing in this server.",
            "Nobody can compare with you here unless you accept or join, each time anew.",
            small("`/sharing on` lets people of this server compare without asking you first."),
        )
    return note(
        f"You share **{escape(sharing.brought, 80)}** in this server, {plural(sharing.tracks, 'track')}.",
        "Who uses `/compare` with you sees at once how alike you two sound, with shared artists and songs. "
        "You see the same result. Others see it only if both of you show it.",
        small(
            "The playlist stays as it is now. It counts in no other server. `/sharing off` ends it at once."
        ),
    )


def stopped_card(results: int) -> Reply:
    """Confirm that everything is private again."""
    deleted = f" {plural(results, 'result')} that only this allowed went with it." if results else ""
    return note(f"You are private in this server again.{deleted}")
