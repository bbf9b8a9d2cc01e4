"""The cards of `/admin`: how the bot is, and who has a seat at Spotify."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import discord
from discord import ui

from cogs.replies.ids import Action, ComponentRef
from cogs.replies.layout import ACCENT, WARNING, Reply, rule, small, text
from cogs.words.text import escape, percent, plain, plural
from services.domain.spotify import Seat
from services.domain.status import Status

_SLOW_S = 0.25
_ORIGINS = (
    ("measured", "measured"),
    ("uploaded", "from files"),
    ("borrowed", "borrowed"),
    ("imputed", "estimated"),
    ("unknown", "unknown"),
)


def status_card(status: Status) -> Reply:
    """Say how the bot is, worries first."""
    worries = list(_worries(status))
    blocks: list[ui.Item[Any]] = [
        text(
            "## Status",
            *(f"⚠️ {worry}" for worry in worries),
            "" if worries else "✅ Everything that an answer needs is there.",
        ),
        text("**Discord**", _discord(status)),
        text("**Work**", *_work(status)),
        text("**Database**", _database(status)),
        text("**Services**", *_services(status)),
        rule(),
        text(small(f"Tastemap {escape(status.version)} · counts since the start {_ago(status.started_at)}")),
    ]
    return Reply(tuple(blocks), accent=WARNING if worries else ACCENT)


def _worries(status: Status) -> list[str]:
    found: list[str] = []
    if not status.connected:
        found.append("The gateway is not connected.")
    if status.database_problem:
        found.append(f"The database can't be written: {escape(status.database_problem, 200)}.")
    if status.quota is not None and status.quota.blocked_until is not None:
        until = discord.utils.format_dt(status.quota.blocked_until, "R")
        found.append(f"Spotify's quota is spent; I ask again {until}.")
    if status.worst_lag_s >= _SLOW_S:
        found.append(f"The event loop was late by {status.worst_lag_s:.1f} s once.")
    found += [
        f"Maintenance of {escape(work)} failed {plural(count, 'time')}."
        for work, count in status.maintenance_failures.items()
    ]
    return found


def _discord(status: Status) -> str:
    latency = "no heartbeat yet" if status.latency_s is None else f"latency {status.latency_s * 1000:.0f} ms"
    state = "connected" if status.connected else "not connected"
    return f"{state} · {latency} · {plural(status.servers, 'server')}"


def _work(status: Status) -> list[str]:
    worst = status.worst_lag_s
    lag = f"event loop late by at most {f'{worst * 1000:.0f} ms' if worst < 1 else f'{worst:.1f} s'}"
    wait = f" (the next for {status.longest_wait_s:.0f} s)" if status.waiting else ""
    return [
        f"{status.running:,} running · {status.waiting:,} waiting{wait}",
        f"{_counts(status.outcomes) or 'nothing asked yet'}",
        f"worker pool rebuilt {plural(status.pool_restarts, 'time')} · {lag}",
    ]


def _database(status: Status) -> str:
    size = f"{status.database_bytes / 1e6:.1f} MB" if status.database_bytes is not None else "on a server"
    backup = f"last backup {_ago(status.last_backup)}" if status.last_backup else "no daily backup yet"
    return f"{'can be written' if not status.database_problem else 'can’t be written'} · {size} · {backup}"


def _services(status: Status) -> list[str]:
    looked_up = status.cache_hits + status.cache_misses
    tracks = sum(status.tracks.values())
    known = " · ".join(
        f"{percent(status.tracks[origin], tracks)} {words}"
        for origin, words in _ORIGINS
        if status.tracks.get(origin)
    )
    quota = status.quota
    return [
        f"calls: {_counts(status.calls) or 'none yet'}",
        f"feature cache: {percent(status.cache_hits, looked_up)} of {plural(looked_up, 'lookup')} known"
        if looked_up
        else "",
        f"{plural(tracks, 'track')}: {known}" if tracks else "",
        f"Spotify: {quota.spent:,} of {quota.budget:,} calls of the last 24 hours" if quota else "",
    ]


def _counts(counts: Mapping[str, int]) -> str:
    return " · ".join(f"{count:,} {escape(name)}" for name, count in sorted(counts.items()) if count)


def _ago(moment: datetime) -> str:
    return discord.utils.format_dt(moment, "R")


_OFFERED = 25


def seats_card(taken: Sequence[Seat], seats: int) -> Reply:
    """List who is connected to Spotify, with a menu to disconnect one."""
    lines = [
        f"- <@{seat.user_id}>{f' as {escape(seat.name, 40)}' if seat.name else ''}, since "
        f"{discord.utils.format_dt(seat.since, 'D')}{'' if seat.is_live else ' · consent ended'}"
        for seat in taken
    ]
    blocks: list[ui.Item[Any]] = [
        text(
            f"## {len(taken)} of {seats} seats are taken",
            *(lines or ["Nobody is connected."]),
            small(
                "A new Spotify app serves five people, each of them listed in its dashboard under User "
                "Management. Everybody else uses exported files."
            ),
        )
    ]
    if taken:
        options = [
            discord.SelectOption(
                label=plain(seat.name, 60) or f"User {seat.user_id}",
                value=str(seat.user_id),
                description=f"Discord user {seat.user_id}",
            )
            for seat in taken[:_OFFERED]
        ]
        menu: ui.Select[Any] = ui.Select(
            custom_id=ComponentRef(Action.SEAT, "release").select(),
            placeholder="Disconnect somebody…",
            options=options,
        )
        blocks.append(ui.ActionRow(menu))
    return Reply(tuple(blocks))
