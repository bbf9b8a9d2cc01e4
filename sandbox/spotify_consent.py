"""Draw the page on which people agree at the sandbox's Spotify."""

from __future__ import annotations

import html
from collections.abc import Collection, Mapping, Sequence

from sandbox.spotify_library import SandboxUser

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>The sandbox's Spotify</title>
<style>:root{{color-scheme:light dark}}
body{{font:18px/1.5 system-ui,sans-serif;max-width:30rem;margin:2rem auto;padding:0 1rem}}
button{{font:inherit;display:block;width:100%;margin:.6rem 0;padding:.8rem;overflow-wrap:anywhere}}</style>
<h1>The sandbox's Spotify</h1><p>An invented Spotify on this machine. Tastemap asks for:</p>
<ul>{scopes}</ul><form method="post" action="/authorize">
{hidden}{people}<button name="user" value="">Cancel</button></form></html>
"""


def consent_page(scopes: Collection[str], query: Mapping[str, str], people: Sequence[SandboxUser]) -> str:
    """Ask who agrees; the question goes along in the form."""
    hidden = "".join(
        f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
        for name, value in query.items()
    )
    buttons = "".join(
        f'<button name="user" value="{html.escape(user.id)}">Agree as {html.escape(user.name)}</button>'
        for user in people
    )
    wanted = "".join(f"<li>{html.escape(scope)}</li>" for scope in sorted(scopes))
    return _PAGE.format(scopes=wanted, hidden=hidden, people=buttons)
