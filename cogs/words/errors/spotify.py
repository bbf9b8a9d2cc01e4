"""What to do when Spotify says no: about the link to it, about reading, about what was not written."""

from __future__ import annotations

from cogs.words.errors.root import say, sentence
from cogs.words.text import from_now, plural, skipped_line
from services.domain.errors import sources
from services.domain.installation import PROGRAM

_EXPORT = "Export the playlist with exportify.net and attach the file to the command"


_DENIALS = {
    sources.Denial.SOMEBODY_ELSE: "this browser is logged in to Discord as somebody else",
    sources.Denial.CANCELLED: "you pressed Cancel there",
    sources.Denial.SPOTIFY: "Spotify did not agree",
    sources.Denial.NOT_LASTING: "Spotify gave no lasting consent",
    sources.Denial.NOT_ASKED: "Discord was not asked to the end",
    sources.Denial.DISCORD: "Discord did not agree",
    sources.Denial.NAMELESS: "Discord did not say who you are",
}


say(
    {
        sources.NotLinkedError: (
            "Your Spotify account is not connected. Connect it, or attach an exported file: that needs no "
            "login."
        ),
        sources.MadeBySpotifyError: (
            "Spotify itself makes this playlist, and hides such lists from most bots, so connecting your "
            "account would hardly help. Put its songs in a playlist of your own; then connect Spotify, or "
            "export it with exportify.net and attach the file: that needs no login here."
        ),
        sources.NotLinkedToSaveError: (
            "Your Spotify account is not connected, so I can't save there. Connect it, or take the list as a "
            "file: that needs no login."
        ),
        sources.RelinkNeededError: (
            "Your consent at Spotify has ended; it lasts six months, or until you withdraw it. Connect once "
            "more to go on."
        ),
        sources.LinkExpiredError: (
            "This login is no longer open. Start a new one with `/login`; it stays open for ten minutes."
        ),
        sources.NotFinishedInBrowserError: (
            "Open the link first and allow the access at Spotify. The page then shows the code to enter here."
        ),
        sources.LoginInterruptedError: (
            "I was restarted while you finished your login, and Spotify is not connected yet. Start a new "
            "login with `/login`; nothing else was lost."
        ),
        sources.AccountTakenError: (
            "This Spotify account is connected to another Discord account here. If that is yours too, use "
            "`/logout` there first. If it is not, change your Spotify password and remove the app in your "
            "account there."
        ),
        sources.TokenRefusedError: "Spotify no longer accepts your login. Connect again with `/login`.",
        sources.NotAllowlistedError: (
            "Spotify lets this bot serve only the few people that its operator has listed, and you are not "
            "among them yet. Ask the operator to add your Spotify mail address (dashboard, User "
            f"Management). {_EXPORT}: that works for everybody."
        ),
        sources.OwnerPremiumError: (
            "Spotify refuses all calls because the owner of this bot has no Premium at the moment; it is "
            f"not about you. {_EXPORT} until the operator has sorted it out."
        ),
        sources.SpotifyNotFoundError: (
            "Spotify shows no such playlist. It may be deleted, private to somebody else, or made by "
            "Spotify itself; those are hidden from bots. If you can open it, put its songs in a playlist of "
            f"your own and give me that. Or: {_EXPORT[0].lower()}{_EXPORT[1:]}."
        ),
        sources.NothingToWriteError: (
            "I can't save these tracks there: none of them has a Spotify id. Export the list as files."
        ),
        sources.NotYourPlaylistError: (
            "Spotify lets only the owner and the collaborators of a playlist change it. Nothing was "
            "changed; save the list as a new playlist of yours instead."
        ),
        sources.PlaylistGoneError: (
            "This playlist is not in your library any more. Save the list as a new playlist; `/undo` can "
            "bring back a list that I had changed."
        ),
        sources.NotRemovableError: (
            "Spotify does not let me take this playlist out of your library. Delete it there yourself."
        ),
        sources.SeatBusyError: (
            "A playlist of this person is half written, and I need the connection to make it whole. I go on "
            "by myself as soon as Spotify lets me; release the seat with `/admin seats` after that."
        ),
        sources.WriteNotFoundError: (
            "I no longer keep what is needed for that. See with `/undo` what can still be taken back."
        ),
        sources.NothingToUndoError: (
            "There is nothing that I could take back: I wrote nothing to your Spotify, it was too long ago, "
            "or you disconnected since."
        ),
        sources.NotUndoableError: (
            "That was taken back already, or too much was written since. See with `/undo` what comes next."
        ),
        sources.UndoOutdatedError: (
            "Something was written after this preview. Nothing was taken back; run `/undo` again."
        ),
        sources.NoSeatError: (
            "Spotify lets this bot serve {seats} people, and all places are taken. Attach an exported file "
            "instead (exportify.net): everything but saving works the same; or ask the operator for a place."
        ),
        sources.AppMisconfiguredError: (
            "Spotify does not accept this bot's own settings ({problem}). Tell the operator; it is not about "
            "you."
        ),
        sources.SpotifyRejectedError: (
            "Spotify refused that (HTTP {status}). Try again in a few minutes, or use an exported file."
        ),
        sources.PlaylistFullError: (
            "A Spotify playlist holds {limit:,} tracks and this list has {tracks:,}. Split it with `/split` "
            "first."
        ),
        sources.NotOnSpotifyError: (
            "“{name}” was read from a file, so there is no playlist on Spotify that I could change. Save it "
            "as a new playlist, or export it."
        ),
        sources.SameOrderError: "“{name}” already is exactly like this, so there is nothing to change.",
        sources.WriteUnderWayError: (
            "I have not finished writing “{name}” yet. Wait for it, or use `/undo` to go on with it or take "
            "it back."
        ),
    }
)


@sentence.register
def _(error: sources.ScopeMissingError) -> str:
    if "user-library-modify" in error.scopes:
        return (
            "To take a playlist out of your library, Spotify wants your permission for that too. "
            "Allow it once, then this goes on."
        )
    if any(scope.startswith("playlist-modify") for scope in error.scopes):
        return "So far I may only read your playlists. Allow me to save one at Spotify, then this goes on."
    return (
        "You have not allowed me to read this at Spotify yet. Connect once more and leave all boxes ticked."
    )


@sentence.register
def _(error: sources.WrongCodeError) -> str:
    if error.tries_left <= 0:
        return "That was not the code, and there were too many tries. Start again with `/login`."
    tries = "one try is" if error.tries_left == 1 else f"{error.tries_left} tries are"
    return f"That is not the code that the page shows. Look again and enter its six digits; {tries} left."


@sentence.register
def _(error: sources.LoginDeniedError) -> str:
    return (
        f"Spotify was not connected: {_DENIALS[error.reason]}. Nothing was stored. "
        "Try again with `/login` if you like."
    )


@sentence.register
def _(error: sources.KeyRingError) -> str:
    return (
        f"TOKEN_KEYS can't be used: {error.problem}. Make a key with `{PROGRAM} keys new` (see .env.example)."
    )


@sentence.register
def _(error: sources.PlaylistNotReadableError) -> str:
    name = f"“{error.name}”" if error.name else "this playlist"
    return (
        f"Spotify shows {name} to a bot only through somebody who owns it or collaborates on it, and "
        "hides its "
        f"own editorial lists altogether. {_EXPORT}, or copy its songs into a playlist of yours."
    )


@sentence.register
def _(error: sources.QuotaExceededError) -> str:
    return (
        "The daily number of questions that Spotify allows this bot is used up for everybody. It returns "
        f"{from_now(error.until)}. Playlists that were read lately still work, and so do "
        "exported files."
    )


@sentence.register
def _(error: sources.ShareSpentError) -> str:
    return (
        "You have used your share of the questions that Spotify allows this bot in a day; others need the "
        f"rest. Yours return {from_now(error.until)}. Playlists that were read lately "
        "still work, and so do exported files."
    )


@sentence.register
def _(error: sources.NotRewritableError) -> str:
    return (
        f"I don't change “{error.name}” in place: it has rows that I could not put back "
        f"({skipped_line(error.rows)}). Nothing was changed; save the list as a new playlist instead."
    )


@sentence.register
def _(error: sources.PlaylistChangedError) -> str:
    return (
        f"“{error.name}” was changed after I had read it ({changes_line(error)}), so I left it alone. "
        "Run the command again on the list as it is now, or save this as a new one."
    )


@sentence.register
def _(error: sources.UnfinishedWritesError) -> str:
    count = plural(len(error.writes), "playlist")
    return (
        f"I am in the middle of changing {count}; cut off now, they would stay half written. "
        "Choose what I do first: finish that, or put the former list back."
    )


def changes_line(error: sources.PlaylistChangedError) -> str:
    """Say what somebody else changed."""
    parts = [
        plural(error.added, "track") + " added" if error.added else "",
        plural(error.missing, "track") + " removed" if error.missing else "",
        plural(error.moved, "track") + " moved" if error.moved else "",
    ]
    return ", ".join(part for part in parts if part)
