"""The grammar of custom ids: all that a button knows after a restart.

`tmb:<action>:<subject>[:<argument>]` for buttons, `tms:...` for select menus, `tmm:...` for forms. The
subject is the id of something stored; nothing else about it is kept in memory.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

BUTTON = "tmb"
SELECT = "tms"
FORM = "tmm"
_GRAMMAR = re.compile(
    rf"(?:{BUTTON}|{SELECT}|{FORM}):(?P<action>[a-z]{{2,12}}):(?P<subject>[0-9A-Za-z]{{1,24}})"
    r"(?::(?P<argument>[0-9A-Za-z.\-]{1,40}))?"
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
