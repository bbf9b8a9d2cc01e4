"""The share of a gateway, as an operator writes it."""

from __future__ import annotations

import pytest

from bot.config import Settings, role_problem
from bot.roles import Role, Shards, parse_shards


@pytest.mark.parametrize(
    ("text", "shards"),
    [
        ("0-2/4", Shards(4, (0, 1, 2))),
        ("3/4", Shards(4, (3,))),
        (" 0-0 / 1 ", Shards(1, (0,))),
        ("any 16/64", Shards(64, wanted=16)),
    ],
)
def test_a_share_is_numbers_or_so_many_free_ones(text: str, shards: Shards) -> None:
    assert parse_shards(text) == shards


@pytest.mark.parametrize("text", ["", "4", "0-4/4", "3-1/4", "any 5/4", "any 0/4", "0/0", "x/4", "0-1/99999"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"write|shards|can't be had"):
        parse_shards(text)


@pytest.mark.parametrize("role", [Role.GATEWAY, Role.WEB, Role.WORKER])
def test_one_of_many_needs_a_server(role: Role) -> None:
    assert "PostgreSQL" in (role_problem(Settings(role=role)) or "")
    assert role_problem(Settings(role=role, database_url="postgresql://somebody@host/name")) is None
    assert role_problem(Settings()) is None
    assert "SHARDS" in (role_problem(Settings(shards="0/2")) or "")
