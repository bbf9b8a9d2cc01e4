"""What people read is said in `cogs/words`: services hold values, cards lay out, commands ask."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.conftest import ROOT

_ELSEWHERE = {
    "services/charts": "what stands on a picture, describes it, and reads it out",
    "services/domain/vocabulary.py": "words of features, which worker processes draw too",
    "services/domain/group_words.py": "names of groups, which worker processes write into files too",
    "services/imports/formats.py": "names of formats",
    "services/imports/open_dumps.py": "where an operator's dump is damaged",
    "services/workflows/datasets.py": "what an operator's dataset lacks",
    "services/storage/doctor.py": "what an operator's doctor finds",
    "services/storage/connections.py": "what keeps an operator's process from starting",
    "services/jobs/procrastinate.py": "the same",
    "services/domain/installation.py": "commands for an operator's shell",
}
"""Where else words stand, and which."""
_KEYS = {
    "map of",
    "digest of",
    "copy of",
    "you, from",
    "Untitled sound file",
    "Could not decode to UTF-8",
    "Listening history (extended)",
    "Battements par minute",
    "Vous avez regardé",
    "line {}: its quotes do not match",
}
"""Names of what nobody has named, values that are stored so, and what other programs write."""
_LOGS = {"debug", "info", "warning", "error", "exception", "critical", "attempt", "run", "compile", "text"}
_CODE = re.compile(r"[|\\]|^-|^[A-Z]{3,} ")
"""Tables of names, patterns, options and SQL."""
_WORD = re.compile(r"[^\W\d_]{2,}")


def _unsaid(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield what no person reads: docstrings, log messages, errors, annotations, values of enumerations."""
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant() as documented):
                yield documented
            case ast.Raise() | ast.Assert():
                yield node
            case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)) if (
                name in _LOGS or name.endswith(("Error", "Warning"))
            ):
                yield node
            case ast.Assign(targets=[ast.Name(id="msg")]):
                yield node
            case ast.ClassDef(bases=bases) if any("Enum" in ast.unparse(base) for base in bases):
                yield from (each for each in node.body if isinstance(each, ast.Assign))
            case ast.arg(annotation=ast.AST() as annotation) | ast.AnnAssign(annotation=annotation):
                yield annotation


def is_sentence(text: str) -> bool:
    """Whether text reads as if it was written for people: a sentence, or several words with a capital."""
    words = _WORD.findall(text)
    if _CODE.search(text) or not re.search(r"[^\W\d_] +[^\W\d_]", text):
        return False
    ends = text.rstrip().endswith((".", "!", "?", "…", ":"))
    small = [word for word in words if word.islower()]
    return len(small) >= 2 and (ends or text.lstrip("*# `“")[:1].isupper())


def sentences(source: str) -> Iterator[tuple[int, str]]:
    """Yield the lines on which something is said to people, with what is said.

    A text with gaps that are filled in counts from two words on, whatever it begins with: it is composed.
    """
    tree = ast.parse(source)
    passed = {id(below) for node in _unsaid(tree) for below in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in passed:
            continue
        match node:
            case ast.JoinedStr(values=values):
                passed |= {id(below) for below in ast.walk(node)}
                said = "{}".join(str(each.value) for each in values if isinstance(each, ast.Constant))
                if len(_WORD.findall(said)) >= 2 and " " in said.strip() and not _CODE.search(said):
                    yield node.lineno, said
            case ast.Constant(value=str(said)) if is_sentence(said):
                yield node.lineno, said


@pytest.mark.parametrize("room", ["cogs/replies", "cogs/commands", "cogs/work", "services"])
def test_what_people_read_is_said_in_the_room_of_words(room: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {said}"
        for path in sorted((ROOT / room).rglob("*.py"))
        if not path.relative_to(ROOT).as_posix().startswith((*_ELSEWHERE, "services/storage/migrations"))
        for line, said in sentences(path.read_text(encoding="utf-8"))
        if said.strip() not in _KEYS
    ]
    assert found == []


def test_a_sentence_outside_of_it_would_be_found() -> None:
    source = (
        'MORE = "Nothing stands out here."\n'
        'def say(n): return f"{n} of them without singing"\n'
        'TITLE = "Fewest singers of all"\n'
    )
    assert sorted(line for line, _ in sentences(source)) == [1, 2, 3]
    quiet = 'log.info("nothing is here")\nraise ValueError("Nothing is here.")\nKEY = "tempo range"\n'
    assert list(sentences(quiet)) == []
