"""The rules of consent: who counts, how many start, who may see what came out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.domain.groups import GroupKind, Lobby, LobbyState, Member, Membership, Presence

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def someone(user_id: int, standing: Membership = Membership.IN, **more: object) -> Member:
    member = Member(user_id=user_id, name=f"Person {user_id}", standing=standing, joined_at=NOON)
    return replace(member, **more)  # type: ignore[arg-type]


def lobby(*members: Member, kind: GroupKind = GroupKind.LOBBY) -> Lobby:
    return Lobby(
        lobby_id="l1",
        kind=kind,
        state=LobbyState.OPEN,
        guild_id=7,
        channel_id=8,
        host_id=1,
        created_at=NOON,
        ends_at=NOON,
        members=members,
    )


@pytest.mark.parametrize(
    ("people", "needed"), [(1, 2), (2, 2), (3, 2), (4, 2), (5, 3), (6, 3), (7, 4), (24, 12), (25, 13)]
)
def test_half_of_the_people_rounded_up_and_at_least_two_start(people: int, needed: int) -> None:
    assert lobby(*(someone(each) for each in range(people))).votes_needed == needed


def test_in_a_lobby_of_five_two_votes_do_not_start() -> None:
    five = lobby(*(someone(each, wants=each < 2) for each in range(5)))
    assert five.votes == 2
    assert five.votes < five.votes_needed


def test_only_who_agreed_is_counted_named_or_compared() -> None:
    group = lobby(
        someone(1, brought="A list"),
        someone(2),
        someone(3, Membership.ASKED, brought="A list", wants=True),
        someone(4, Membership.DECLINED, brought="A list", wants=True),
    )
    assert [member.user_id for member in group.inside] == [1, 2]
    assert [member.user_id for member in group.ready] == [1]
    assert group.votes == 0
    assert group.votes_needed == 2
    assert [group.is_in(each) for each in (1, 2, 3, 4, 5)] == [True, True, False, False, False]
    assert group.asked == group.member(3)
    assert group.member(5) is None


@pytest.mark.parametrize(
    ("kind", "shows", "seen"),
    [
        (GroupKind.LOBBY, (False, False), True),
        (GroupKind.PAIR, (False, False), False),
        (GroupKind.PAIR, (True, False), False),
        (GroupKind.PAIR, (False, True), False),
        (GroupKind.PAIR, (True, True), True),
        (GroupKind.PAIR, (True,), False),
    ],
)
def test_a_channel_sees_a_pair_only_if_both_want_that(
    kind: GroupKind, shows: tuple[bool, ...], seen: bool
) -> None:
    members = (someone(number, shows=wanted) for number, wanted in enumerate(shows))
    assert lobby(*members, kind=kind).is_shown_to_channel is seen


def test_the_wish_of_somebody_who_was_only_asked_shows_nothing() -> None:
    pair = lobby(someone(1, shows=True), someone(2, Membership.ASKED, shows=True), kind=GroupKind.PAIR)
    assert not pair.is_shown_to_channel


def test_what_was_seen_later_counts_and_what_nobody_saw_takes_nothing_back() -> None:
    early = Presence(there=frozenset({1, 2}), absent=frozenset({3}), unknown=frozenset({4, 5}))
    late = Presence(there=frozenset({3, 4}), absent=frozenset({2}), unknown=frozenset({1, 6}))
    assert early | late == Presence(
        there=frozenset({1, 3, 4}), absent=frozenset({2}), unknown=frozenset({5, 6})
    )
