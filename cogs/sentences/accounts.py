"""What to do about the link to Spotify."""

from __future__ import annotations

from cogs.sentences.root import sentence
from services.domain.errors.accounts import (
    AccountTakenError,
    AppMisconfiguredError,
    KeyRingError,
    LinkExpiredError,
    LoginDeniedError,
    LoginInterruptedError,
    NoSeatError,
    NotFinishedInBrowserError,
    NotLinkedError,
    RelinkNeededError,
    ScopeMissingError,
    WrongCodeError,
)


@sentence.register
def _(_error: NotLinkedError) -> str:
    return (
        "Your Spotify account is not connected. Connect it, or attach an exported file: that needs no login."
    )


@sentence.register
def _(_error: RelinkNeededError) -> str:
    return (
        "Your consent at Spotify has ended; it lasts six months, or until you withdraw it. Connect once "
        "more to go on."
    )


@sentence.register
def _(error: ScopeMissingError) -> str:
    if any(scope.startswith("playlist-modify") for scope in error.scopes):
        return "So far I may only read your playlists. Allow me to save one at Spotify, then this goes on."
    return (
        "You have not allowed me to read this at Spotify yet. Connect once more and leave all boxes ticked."
    )


@sentence.register
def _(error: NoSeatError) -> str:
    return (
        f"Spotify lets this bot serve {error.seats} people, and all places are taken. Attach an exported "
        "file "
        "instead (exportify.net): everything but saving works the same; or ask the operator for a place."
    )


@sentence.register
def _(_error: LinkExpiredError) -> str:
    return "This login is no longer open. Start a new one with `/login`; it stays open for ten minutes."


@sentence.register
def _(error: WrongCodeError) -> str:
    if error.tries_left <= 0:
        return "That was not the code, and there were too many tries. Start again with `/login`."
    tries = "one try is" if error.tries_left == 1 else f"{error.tries_left} tries are"
    return f"That is not the code that the page shows. Look again and enter its six digits; {tries} left."


@sentence.register
def _(_error: NotFinishedInBrowserError) -> str:
    return "Open the link first and allow the access at Spotify. The page then shows the code to enter here."


@sentence.register
def _(_error: LoginInterruptedError) -> str:
    return (
        "I was restarted while you finished your login, and Spotify is not connected yet. Start a new login "
        "with `/login`; nothing else was lost."
    )


@sentence.register
def _(error: LoginDeniedError) -> str:
    return (
        f"Spotify was not connected: {error.reason}. Nothing was stored. Try again with `/login` if you like."
    )


@sentence.register
def _(_error: AccountTakenError) -> str:
    return (
        "This Spotify account is connected to another Discord account here. If that is yours too, use "
        "`/logout` "
        "there first. If it is not, change your Spotify password and remove the app in your account there."
    )


@sentence.register
def _(error: AppMisconfiguredError) -> str:
    return (
        f"Spotify does not accept this bot's own settings ({error.problem}). Tell the operator; it is "
        "not about you."
    )


@sentence.register
def _(error: KeyRingError) -> str:
    return (
        f"TOKEN_KEYS can't be used: {error.problem}. Make a key with `python -m bot keys new` (see "
        ".env.example)."
    )
