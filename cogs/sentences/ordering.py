"""What to do when tracks can't be put in the order that was asked for."""

from __future__ import annotations

from cogs.replies.text import plain, plural
from cogs.sentences.root import sentence
from services.domain.errors.ordering import (
    LockedTwiceError,
    NoSuchPlaceError,
    TooFewToOrderError,
    TrackNotFoundError,
    UnreadableLockError,
)


@sentence.register
def _(error: TooFewToOrderError) -> str:
    return f"There is nothing to order in {plural(error.tracks, 'track')}. Choose a list with three or more."


@sentence.register
def _(error: UnreadableLockError) -> str:
    return (
        f"I can't read “{plain(error.text, 60)}” as places. Write numbers like 1-3, 7: these tracks stay "
        "where they are. 12@20 puts track 12 at place 20."
    )


@sentence.register
def _(error: NoSuchPlaceError) -> str:
    return f"There is no place {error.number:,}: the list has {plural(error.tracks, 'track')}."


@sentence.register
def _(error: LockedTwiceError) -> str:
    return (
        f"Place {error.place:,} is asked for twice, or its track for two places. Name each track and each "
        "place once; start and end count too."
    )


@sentence.register
def _(error: TrackNotFoundError) -> str:
    return (
        f"No track of this list is called “{plain(error.text, 60)}”. Write its number in the list, or words "
        "of its title."
    )
