"""Say how the bot is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cogs.words.text import escape, moment, percent, plural, small
from services.domain.installation import Status
from services.domain.spotify import Seat

_SLOW_S = 0.25
_ORIGINS = (
    ("measured", "measured"),
    ("uploaded", "from files"),
    ("borrowed", "borrowed"),
    ("imputed", "estimated"),
    ("unknown", "unknown"),
)


def worries(status: Status) -> list[str]:
    """Say what is wrong."""
    found: list[str] = []
    if not status.connected:
        found.append("The gateway is not connected.")
    if status.database_problem:
        found.append(f"The database can't be written: {escape(status.database_problem, 200)}.")
    if status.quota is not None and status.quota.blocked_until is not None:
        until = moment(status.quota.blocked_until)
        found.append(f"Spotify's quota is spent; I ask again {until}.")
    if status.worst_lag_s >= _SLOW_S:
        found.append(f"The event loop was late by {status.worst_lag_s:.1f} s once.")
    found += [
        f"Maintenance of {escape(work)} failed {plural(count, 'time')}."
        for work, count in status.maintenance_failures.items()
    ]
    return found


def discord_line(status: Status) -> str:
    """Say how the connection to Discord is."""
    latency = "no heartbeat yet" if status.latency_s is None else f"latency {status.latency_s * 1000:.0f} ms"
    state = "connected" if status.connected else "not connected"
    return f"{state} · {latency} · {plural(status.servers, 'server')}"


def work_lines(status: Status) -> list[str]:
    """Say how much is asked and done."""
    worst = status.worst_lag_s
    lag = f"event loop late by at most {f'{worst * 1000:.0f} ms' if worst < 1 else f'{worst:.1f} s'}"
    wait = f" (the next for {status.longest_wait_s:.0f} s)" if status.waiting else ""
    return [
        f"{status.running:,} running · {status.waiting:,} waiting{wait}",
        f"{_counts(status.outcomes) or 'nothing asked yet'}",
        f"worker pool rebuilt {plural(status.pool_restarts, 'time')} · {lag}",
    ]


def database_line(status: Status) -> str:
    """Say how the database is."""
    size = f"{status.database_bytes / 1e6:.1f} MB" if status.database_bytes is not None else "on a server"
    backup = f"last backup {moment(status.last_backup)}" if status.last_backup else "no daily backup yet"
    return f"{'can be written' if not status.database_problem else 'can’t be written'} · {size} · {backup}"


def service_lines(status: Status) -> list[str]:
    """Say what was asked of other services, and known already."""
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


def status_lines(found: Sequence[str]) -> list[str]:
    """Say first what is wrong, or that nothing is."""
    return [
        "## Status",
        *(f"⚠️ {worry}" for worry in found),
        "" if found else "✅ Everything that an answer needs is there.",
    ]


def since_start(status: Status) -> str:
    """Say since when is counted."""
    return f"Tastemap {escape(status.version)} · counts since the start {moment(status.started_at)}"


def seat_line(seat: Seat) -> str:
    """Say who has a seat, and since when."""
    return (
        f"- <@{seat.user_id}>{f' as {escape(seat.name, 40)}' if seat.name else ''}, since "
        f"{moment(seat.since, 'D')}{'' if seat.is_live else ' · consent ended'}"
    )


def seats_lines(taken: Sequence[Seat], seats: int) -> list[str]:
    """Say who has a seat."""
    lines = [seat_line(seat) for seat in taken]
    return [
        f"## {len(taken)} of {seats} seats are taken",
        *(lines or ["Nobody is connected."]),
        small(
            "A new Spotify app serves five people, each of them listed in its dashboard under User "
            "Management. Everybody else uses exported files."
        ),
    ]


def user_words(seat: Seat) -> str:
    """Name an account by its number."""
    return f"Discord user {seat.user_id}"


def seat_name(seat: Seat) -> str:
    """Call somebody by a name, or by the number of the account."""
    return f"User {seat.user_id}"
