"""The grammar of custom ids: all that a button knows after a restart.

`tmb:<action>:<subject>[:<argument>]` for buttons, `tms:...` for select menus, `tmm:...` for forms. The
subject is the id of something stored; nothing else about it is kept in memory.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from services.domain.groups import BlendMode

BUTTON = "tmb"
SELECT = "tms"
FORM = "tmm"
_GRAMMAR = re.compile(
    rf"(?:{BUTTON}|{SELECT}|{FORM}):(?P<action>[a-z]{{2,12}}):(?P<subject>[0-9A-Za-z]{{1,24}})"
    r"(?::(?P<argument>[0-9A-Za-z.\-]{1,64}))?"
)
BUTTON_PATTERN = re.compile(rf"{BUTTON}:.*", re.DOTALL)
SELECT_PATTERN = re.compile(rf"{SELECT}:.*", re.DOTALL)
"""What we answer is wider than what we write: a button of another version gets a sentence, not silence."""
MAX_LENGTH = 100


class Action(StrEnum):
    """What pressing a component asks for."""

    CLUSTER = "cluster"
    CHARTS = "charts"
    CHARTS_TEXT = "chartstext"
    QUALITY = "quality"
    FINDINGS = "findings"
    EXPORT = "export"
    SHARE = "share"
    PICK = "pick"
    EXAMPLE = "example"
    AGAIN = "again"
    TEMPO = "tempo"
    SAME_SONG = "samesong"
    STOP = "stop"
    SAVING = "saving"
    UNDO = "undo"
    TIDY = "tidy"
    SPLIT = "split"
    OPTIMIZE = "optimize"
    CHOOSE = "choose"
    CONNECT = "connect"
    FINISH = "finish"
    FORGET = "forget"
    MY_DATA = "mydata"
    SEAT = "seat"
    LOBBY = "lobby"
    BRING = "bring"
    RESULT = "result"
    PEOPLE = "people"
    BLEND = "blend"
    ANALYZE = "analyze"
    LIBRARY = "library"
    CLIPS = "clips"
    NUMBERS = "numbers"
    POSTER = "poster"
    SERVER_MAP = "servermap"
    DRIFT = "drift"
    REMEMBER = "remember"
    DIGEST = "digest"
    HELP = "help"
    RETRY = "retry"


@dataclass(frozen=True, slots=True)
class ComponentRef:
    """A parsed custom id."""

    action: Action
    subject: str
    argument: str = ""

    @staticmethod
    def parse(custom_id: str) -> ComponentRef | None:
        """Read a custom id; None for anything that is not ours or no longer known."""
        match = _GRAMMAR.fullmatch(custom_id)
        if match is None or match["action"] not in set(Action):
            return None
        return ComponentRef(Action(match["action"]), match["subject"], match["argument"] or "")

    def button(self) -> str:
        """Write the custom id of a button."""
        return self._write(BUTTON)

    def select(self) -> str:
        """Write the custom id of a select menu."""
        return self._write(SELECT)

    def form(self) -> str:
        """Write the custom id of a form."""
        return self._write(FORM)

    def _write(self, prefix: str) -> str:
        parts = [prefix, self.action.value, self.subject, *([self.argument] if self.argument else [])]
        written = ":".join(parts)
        if len(written) > MAX_LENGTH:
            raise ValueError(f"custom id of {len(written)} characters; Discord takes {MAX_LENGTH}")
        return written


USUAL_BLEND = 20
"""Tracks of a blend, where nobody says how many."""


class BlendVerb(StrEnum):
    """What a `BLEND` button asks for."""

    MIX = ""
    FILES = "files"
    SAVE = "save"
    POSTER = "poster"


@dataclass(frozen=True, slots=True)
class BlendPress:
    """The argument of a `BLEND` button: which blend, and what becomes of it."""

    mode: BlendMode
    size: int
    verb: BlendVerb = BlendVerb.MIX

    @staticmethod
    def parse(argument: str) -> BlendPress | None:
        """Read an argument; None for one that no version wrote."""
        mode, _, rest = argument.partition(".")
        size, _, verb = rest.partition(".")
        if mode not in set(BlendMode) or verb not in set(BlendVerb) or not size.isdecimal():
            return None
        return BlendPress(BlendMode(mode), int(size), BlendVerb(verb))

    def button(self, result_id: str) -> str:
        """Write the custom id for the blend of a result."""
        parts = [self.mode.value, str(self.size), *([self.verb.value] if self.verb else [])]
        return ComponentRef(Action.BLEND, result_id, ".".join(parts)).button()


class DraftVerb(StrEnum):
    """What a component of a draft asks for: `/tidy`, `/split` and `/optimize` have these in common."""

    SHOW = "show"
    ASK = "ask"
    """For words, with a form."""
    TYPED = "typed"
    """The form that was sent."""
    REVIEW = "review"
    """List all changes before any is made."""
    SAVE = "save"
    """As new playlists."""
    REPLACE = "replace"
    """In the playlist itself."""
    EXPORT = "export"

    DECIDE = "decide"
    SWAP = "swap"
    TAKE_SUGGESTIONS = "suggested"

    PICK = "pick"
    TOGGLE = "toggle"
    MERGE = "merge"
    START_OVER = "over"
    OTHER_WAY = "way"
    """Split by sound in place of style and era, or the reverse; the subject is the map that was split."""

    AGAIN = "again"
    AIM = "aim"
    DETAILS = "details"
    """What an order costs, and every part of it."""


_FORMER_VERBS = {
    **dict.fromkeys(("b", "p"), DraftVerb.SHOW),
    **dict.fromkeys(("r", "lock"), DraftVerb.ASK),
    **dict.fromkeys(("named", "locked"), DraftVerb.TYPED),
    **dict.fromkeys(("f", "place"), DraftVerb.REVIEW),
    "n": DraftVerb.SAVE,
    "w": DraftVerb.REPLACE,
    "x": DraftVerb.EXPORT,
    "d": DraftVerb.DECIDE,
    "s": DraftVerb.SWAP,
    "a": DraftVerb.TAKE_SUGGESTIONS,
    "t": DraftVerb.TOGGLE,
    "m": DraftVerb.MERGE,
    "o": DraftVerb.START_OVER,
    "goal": DraftVerb.AIM,
}
"""What cards of an older version say; they stay in people's channels."""


def draft_ref(command: Action, draft_id: str, verb: DraftVerb, *details: int | str) -> ComponentRef:
    """Name what a component of a draft does, and to which of its parts."""
    return ComponentRef(command, draft_id, ".".join([verb.value, *map(str, details)]))


def read_verb(ref: ComponentRef) -> tuple[DraftVerb | None, tuple[str, ...]]:
    """Read what a component of a draft does, and to what; None for what no version of it has said."""
    word, *details = ref.argument.split(".")
    verb = DraftVerb(word) if word in set(DraftVerb) else _FORMER_VERBS.get(word)
    if ref.action is Action.SPLIT and verb is DraftVerb.REPLACE:
        verb = DraftVerb.SAVE  # parts are always new playlists
    return verb, tuple(details)
