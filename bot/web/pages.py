"""Write the pages as HTML. Whatever comes from outside is escaped and isolated."""

from __future__ import annotations

import secrets
import unicodedata
from pathlib import Path

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

_STYLE = """
:root{color-scheme:light dark;--ink:#1d1f24;--paper:#fbfbfd;--quiet:#565b66;--line:#d5d8e0;--act:#3056c9;
--on-act:#fff;--warn:#fff4d6;--warn-ink:#4d3a00}
@media (prefers-color-scheme:dark){:root{--ink:#eceef3;--paper:#17181c;--quiet:#a9afbd;--line:#3a3d46;
--act:#8fb0ff;--on-act:#10131c;--warn:#3a3010;--warn-ink:#ffe9ab}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:1.0625rem/1.5 system-ui,sans-serif}
main{max-width:34rem;margin:0 auto;padding:1.5rem 1.25rem}
.brand{margin:0;color:var(--quiet);font-weight:600}
h1{font-size:1.6rem;line-height:1.2;margin:.5rem 0 1rem}
h2{font-size:1.1rem;margin:1.5rem 0 .25rem}
p,li,button{overflow-wrap:anywhere}
ul{padding-left:1.25rem;margin:.25rem 0}
.warning{background:var(--warn);color:var(--warn-ink);padding:.75rem 1rem;border-radius:.5rem}
button{font:inherit;font-weight:600;width:100%;min-height:3rem;padding:.75rem 1rem;border:0;
border-radius:.5rem;background:var(--act);color:var(--on-act);cursor:pointer}
button:focus-visible{outline:3px solid var(--ink);outline-offset:3px}
.code{font:700 2.6rem/1.2 ui-monospace,monospace;letter-spacing:.15em;text-align:center;padding:1rem 0;
border:1px solid var(--line);border-radius:.5rem;user-select:all}
.who{font-size:1.25rem;margin:.25rem 0}
.small,footer{color:var(--quiet);font-size:.9rem}
footer{max-width:34rem;margin:0 auto;padding:0 1.25rem 1.5rem}
"""

_LONGEST_NAME = 60
_SHOWN_AS_NOTHING = frozenset(
    "\u115f\u1160\u2800\u3164\uffa0\U00013441\U00013442\U0001d159\u17b4\u17b5\ufffc"
)
"""Letters and signs that fonts leave blank: fillers of Hangul, an empty braille cell and the like."""

_PERMISSIONS = {
    "playlist-read-private": "read your playlists, also private ones",
    "playlist-read-collaborative": "read playlists you share with others",
    "user-library-read": "read your Liked Songs",
    "playlist-modify-private": "make private playlists and change them, when you press a button that says so",
    "playlist-modify-public": "change your public playlists, when you press a button that says so",
}

_UNSEEN = frozenset({"Cc", "Cf", "Co", "Cn", "Cs", "Mn", "Me"})

_environment = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


class Page(web.Response):
    """A page, with the nonce that allows its style."""

    nonce = ""


def start_page(*, discord_name: str, scopes: frozenset[str], csrf: str, strong: bool) -> web.Response:
    """Say whose login this is and what it opens, and ask to go on."""
    name, called = _account_of(discord_name)
    return _page(
        "start.html",
        name=name,
        called=called,
        permissions=[line for scope, line in _PERMISSIONS.items() if scope in scopes]
        + sorted(scopes - _PERMISSIONS.keys()),
        csrf=csrf,
        strong=strong,
    )


def code_page(code: str, *, discord_name: str) -> web.Response:
    """Show the code that finishes the login in Discord, and once more whose login it is."""
    name, called = _account_of(discord_name)
    return _page("code.html", name=name, called=called, code=f"{code[:3]} {code[3:]}", spoken=" ".join(code))


def over_page() -> web.Response:
    """Say that there is no code to show any more."""
    return problem_page(
        400,
        "This login is over",
        "If Discord says that Spotify is connected, close this page. Else start again there with /login.",
    )


def done_page() -> web.Response:
    """Say that the account is connected."""
    return _page("done.html")


def problem_page(status: int, heading: str, sentence: str) -> web.Response:
    """Say what went wrong and what to do next."""
    return _page("problem.html", status=status, heading=heading, sentence=sentence)


def visible(name: str) -> str:
    """Return a name on one line, without characters that hide, reorder, stack or show nothing."""
    kept = "".join(
        " " if letter in _SHOWN_AS_NOTHING or unicodedata.category(letter) in _UNSEEN else letter
        for letter in unicodedata.normalize("NFC", name)
    )
    return " ".join(kept.split())[:_LONGEST_NAME] or "somebody without a name"


def _account_of(discord_name: str) -> tuple[str, str]:
    """Split `display name (@name)` into the name that is unique at Discord and the one that anybody can take.

    Only the last bracket counts: it was put behind whatever the person wrote, and holds no bracket itself.
    """
    called, bracket, name = discord_name.rpartition(" (@")
    if not bracket:
        return visible(discord_name), ""
    name = name.removesuffix(")")
    return visible(f"@{name}"), "" if called == name else visible(called)


def _page(template: str, *, status: int = 200, **values: object) -> web.Response:
    nonce = secrets.token_urlsafe(16)
    text = _environment.get_template(template).render(nonce=nonce, style=_STYLE, **values)
    response = Page(text=text, status=status, content_type="text/html")
    response.nonce = nonce
    return response
