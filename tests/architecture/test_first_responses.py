"""Nothing is awaited from outside before the first response: Discord gives three seconds."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.conftest import ROOT

_FIRST = {"promise", "accept_press", "answer_now", "ask", "change_pressed", "accept"}
_FIRST |= {"take_on", "_take_on"}
_OUTSIDE = {"create_dm", "send", "original_response", "edit_original_response", "delete_original_response"}
_BELOW = "work"
"""The room of the protocol itself: it acts after the first response, or gives it."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def _functions(tree: ast.AST) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def _called(node: ast.AST) -> str:
    function = node.func if isinstance(node, ast.Call) else None
    return getattr(function, "attr", getattr(function, "id", ""))


def _is_outside(name: str, reaching: set[str]) -> bool:
    return name in _OUTSIDE or name.startswith("fetch_") or name in reaching


def too_late(source: str, reaching: set[str]) -> list[str]:
    """List what reaches outside before the first response of the same function."""
    found = []
    for function in _functions(ast.parse(source)):
        calls = sorted(
            (node for node in ast.walk(function) if isinstance(node, ast.Call)),
            key=lambda node: (node.lineno, node.col_offset),
        )
        first = next((node.lineno for node in calls if _called(node) in _FIRST), None)
        found += [
            f"{function.name} awaits {_called(node)}"
            for node in calls
            if first is not None and node.lineno < first and _is_outside(_called(node), reaching)
        ]
    return found


def test_no_handler_awaits_a_call_to_outside_before_its_first_response() -> None:
    # Who is there to see something is asked of Discord, person by person.
    reaching = {"_presence", "presence", "who_is_there", "name_of"}
    late = {
        path.name: found
        for path in sorted((ROOT / "cogs").rglob("*.py"))
        if path.parent.name != _BELOW and (found := too_late(path.read_text(encoding="utf-8"), reaching))
    }
    assert late == {}


def without_patience(source: str) -> list[str]:
    """List what is awaited before the first response without giving it up in time."""
    functions = list(_functions(ast.parse(source)))
    first = set(_FIRST)
    while more := {each.name for each in functions if _calls(each) & first} - first:
        first |= more
    found = []
    for function in functions:
        lines = [node.lineno for node in ast.walk(function) if _called(node) in first]
        found += [
            f"{function.name} awaits {_called(node.value)}"
            for node in ast.walk(function)
            if isinstance(node, ast.Await) and lines and node.lineno < min(lines)
            if _called(node.value) != "in_time"
        ]
    return found


def _calls(function: Function) -> set[str]:
    return {_called(node) for node in ast.walk(function)}


def test_whatever_is_looked_up_before_the_first_response_is_given_up_in_time() -> None:
    impatient = {
        path.name: found
        for path in sorted((ROOT / "cogs" / "commands").rglob("*.py"))
        if (found := without_patience(path.read_text(encoding="utf-8")))
    }
    assert impatient == {}


def test_a_look_without_an_end_would_be_found() -> None:
    handler = (
        "async def press(self, interaction):\n"
        "    await self._store.load(1)\n"
        "    await self._go(interaction)\n"
        "async def _go(self, interaction):\n    await promise(interaction)\n"
    )
    assert without_patience(handler) == ["press awaits load"]


def test_a_look_before_the_response_would_be_found() -> None:
    handler = (
        "async def f(self, interaction):\n    await guild.fetch_member(1)\n    await promise(interaction)\n"
    )
    assert too_late(handler, set()) == ["f awaits fetch_member"]


def test_every_first_response_goes_through_the_one_helper() -> None:
    around = {
        path.name
        for path in (ROOT / "cogs").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if _called(node) in {"defer", "send_message", "send_modal", "edit_message"}
    }
    assert around == {"reaching.py"}
