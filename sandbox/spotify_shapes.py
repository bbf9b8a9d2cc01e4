"""Write what the invented Spotify answers, in each shape that Client IDs of different age get."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from sandbox.catalogue import invented_id
from sandbox.spotify_library import Row, RowKind, SandboxList, SandboxUser
from services.domain.music import Track

Json = dict[str, Any]


class Shape(StrEnum):
    """Which answers the app gets."""

    OLD = "old"
    """Routes and fields from before February 2026; the new routes are not there."""
    EXTENDED = "extended"
    """Extended quota: both routes, rows as of old, everybody's public lists."""
    NEW = "new"
    """Development mode since February 2026: new routes and fields only, one's own lists only."""
    MIXED = "mixed"
    """New routes, and in each answer the old and the new names side by side or in turn."""

    @property
    def is_open(self) -> bool:
        """Whether lists of others are shown."""
        return self in {Shape.OLD, Shape.EXTENDED}

    @property
    def routes(self) -> frozenset[str]:
        """Names under which the rows of a playlist can be had."""
        match self:
            case Shape.OLD:
                return frozenset({"tracks"})
            case Shape.EXTENDED:
                return frozenset({"items", "tracks"})
            case _:
                return frozenset({"items"})


def user_json(user: SandboxUser, shape: Shape) -> Json:
    """Write `GET /me`."""
    value: Json = {
        **_links("user", user.id),
        "display_name": user.name or None,
        "images": [],
    }
    if user.account_id:
        value["account_id"] = user.account_id
    if shape.is_open:
        value |= {"country": "DE", "product": "premium", "followers": {"href": None, "total": 3}}
    return value


def playlist_json(listed: SandboxList, shape: Shape, page: Json | None, *, place: int = 0) -> Json:
    """Write a playlist object; `page` is the part with the rows or their number, None where it is hidden."""
    value: Json = {
        **_links("playlist", listed.id),
        "name": listed.name,
        "description": listed.description,
        "collaborative": listed.is_collaborative,
        "public": listed.is_public,
        "snapshot_id": listed.snapshot_id,
        "images": None,  # as the real one sends it, whatever its contract says
        "owner": {**_links("user", listed.owner.id), "display_name": listed.owner.name or None},
    }
    if page is not None:
        is_old = shape.is_open or (shape is Shape.MIXED and place % 2 == 1)
        value["tracks" if is_old else "items"] = page
    return value


def page_json(
    rows: Sequence[object], *, total: int, offset: int, limit: int, href: str, following: str | None
) -> Json:
    """Write a page; `following` is the absolute address of the next one."""
    return {
        "href": href,
        "items": list(rows),
        "limit": limit,
        "next": following,
        "offset": offset,
        "previous": None,
        "total": total,
    }


def row_json(row: Row, shape: Shape, *, place: int = 0) -> Json | None:
    """Write a row of a playlist."""
    if row.kind is RowKind.NULL_ROW:
        return None
    item = item_json(row, shape)
    value: Json = {
        "added_at": None if row.added_at is None else row.added_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "added_by": _ADDED_BY,
        "is_local": row.kind is RowKind.LOCAL,
        "primary_color": None,
        "video_thumbnail": {"url": None},
    }
    match shape:
        case Shape.NEW:
            return value | {"item": item}
        case Shape.MIXED:
            both = (
                {"item": item},
                {"track": item},
                {"item": item, "track": item},
                {"item": None, "track": item},
            )
            return value | both[place % 4]
        case _:
            return value | {"track": item}


def saved_json(row: Row, shape: Shape) -> Json | None:
    """Write a row of Liked Songs, which kept its shape."""
    value = row_json(row, Shape.EXTENDED)
    return None if value is None else {"added_at": value["added_at"], "track": item_json(row, shape)}


def item_json(row: Row, shape: Shape) -> Json | None:
    """Write what a row holds."""
    match row.kind:
        case RowKind.NULL_ITEM | RowKind.NULL_ROW:
            return None
        case RowKind.LOCAL:
            return _local_json(row)
        case RowKind.EPISODE:
            return {
                "id": invented_id(f"episode {row.name}"),
                "name": row.name,
                "type": "episode",
                "uri": f"spotify:episode:{invented_id(f'episode {row.name}')}",
                "track": False,
                "episode": True,
                "show": {"name": "A Show", "publisher": "Somebody"},
                "duration_ms": 1_800_000,
                "is_local": False,
            }
        case RowKind.NAMELESS:
            return {"id": None, "name": None, "type": "track", "artists": None, "album": None, "uri": None}
        case RowKind.BARE if row.track is not None:
            return {"id": row.track.id, "name": row.track.title, "artists": [], "album": None, "images": None}
        case _ if row.track is not None:
            value = track_json(row.track, shape)
            return value | {"is_playable": False} if row.kind is RowKind.UNPLAYABLE else value
    return None


def track_json(track: Track, shape: Shape) -> Json:
    """Write a track object."""
    year = track.release_year or 2020
    released = f"{year}" if year % 7 == 0 else f"{year}-06-01"
    artists = [_artist_json(name) for name in track.artists]
    album_id = track.album_id or invented_id(f"album {track.album} {track.id}")
    value: Json = {
        **_links("track", str(track.id)),
        "name": track.title,
        "external_ids": {"isrc": track.isrc} if track.isrc else {},
        "artists": artists,
        "album": {
            **_links("album", album_id),
            "name": track.album,
            "album_type": "album",
            "artists": artists[:1],
            "images": [],
            "total_tracks": 1,
            "release_date": released,
            "release_date_precision": "year" if len(released) == 4 else "day",
            **({"available_markets": ["DE"]} if shape.is_open else {}),
        },
        "duration_ms": track.duration_ms,
        "explicit": bool(track.explicit),
        "disc_number": 1,
        "track_number": 1,
        "is_local": False,
        "preview_url": None,
        # Inside playlists the object says what it is in two more fields, one of them named like its wrapper.
        "track": True,
        "episode": False,
    }
    if shape.is_open:
        value |= {"popularity": track.popularity or 0, "available_markets": ["DE"]}
    return value


def artist_id_of(name: str) -> str:
    """Return the invented Spotify id of an invented artist."""
    return invented_id(f"artist {name}")


def _artist_json(name: str) -> Mapping[str, object]:
    key = artist_id_of(name)
    return {**_links("artist", key), "name": name}


def _links(kind: str, key: str) -> Json:
    """Write what every object says about where it is."""
    return {
        "id": key,
        "type": kind,
        "uri": f"spotify:{kind}:{key}",
        "href": f"https://api.spotify.com/v1/{kind}s/{key}",
        "external_urls": {"spotify": f"https://open.spotify.com/{kind}/{key}"},
    }


_ADDED_BY: Json = _links("user", "somebody")


def _local_json(row: Row) -> Json:
    return {
        "id": None,
        "name": row.name,
        "type": "track",
        "uri": f"spotify:local:Somebody:Tapes:{row.name.replace(' ', '+')}:183",
        "href": None,
        "external_ids": {},
        "artists": [{"id": None, "name": "Somebody", "type": "artist", "uri": None}],
        "album": {"id": None, "name": "Tapes", "images": [], "release_date": None},
        "duration_ms": 183_000,
        "is_local": True,
        "track": True,
        "episode": False,
    }
