"""The documentation: no link leads nowhere, and what it tells people to type exists."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from bot.cli import parser
from tests.conftest import ROOT

PAGES = sorted(ROOT.glob("docs/*.md"))
PROSE = [*PAGES, *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "PRIVACY.md"))]
COMMAND = re.compile(r"^(?:tastemap|(?:\.venv/bin/)?python -m bot) (?P<arguments>.+)$")
PLACES = ("bot", "cogs", "services", "sandbox", "tests", "benchmarks", "docs", "deploy")
STANDING_FOR = {
    "N": "3",
    "G": "flow",
    "ROLE": "all",
    "...": "worker",
    "sound|style": "style",
    "fair|joy|safe": "joy",
}
"""Words of a usage line, and one of the things for which each stands."""


def code_of(text: str) -> list[str]:
    """Return the lines of all blocks of code, and the pieces of code between words."""
    blocks = re.findall(r"^ *```\w*\n(.*?)^ *```", text, flags=re.MULTILINE | re.DOTALL)
    lines = [line.strip() for block in blocks for line in block.splitlines()]
    prose = re.sub(r"^ *```.*?^ *```", "", text, flags=re.MULTILINE | re.DOTALL)
    return [line for line in (*lines, *re.findall(r"`([^`\n]+)`", prose)) if line]


def commands_of(page: Path) -> list[list[str]]:
    """Return the arguments of each command of ours that a page shows."""
    found = []
    for code in code_of(page.read_text(encoding="utf-8")):
        if match := COMMAND.match(code):
            plain = re.sub(r"[\[\]]", " ", match["arguments"].replace("[FILE ...]", ""))
            found.append([STANDING_FOR.get(word, word) for word in shlex.split(plain, comments=True)])
    return found


def is_understood(arguments: list[str]) -> bool:
    """Return whether the command line takes these arguments."""
    try:
        parser().parse_args(arguments)
    except SystemExit as ended:
        return not ended.code
    return True


def test_every_command_of_the_documentation_can_be_typed() -> None:
    commands = [(page.name, arguments) for page in PROSE for arguments in commands_of(page)]
    assert len(commands) > 25
    assert not [shown for shown in commands if not is_understood(shown[1])]


@pytest.mark.parametrize("page", PROSE, ids=lambda page: page.name)
def test_every_target_and_file_that_a_page_names_exists(page: Path) -> None:
    code = code_of(page.read_text(encoding="utf-8"))
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = {target for line in code for target in re.findall(r"^make ([a-z]+)", line)}
    assert not {target for target in targets if not re.search(rf"^{target}:", makefile, flags=re.MULTILINE)}
    paths = {line for line in code if re.fullmatch(rf"(?:{'|'.join(PLACES)})/[\w./-]+", line)}
    assert not {path for path in paths if not (ROOT / path).exists()}


@pytest.mark.parametrize("page", PROSE, ids=lambda page: page.name)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = [*re.findall(r"\]\(([^)\s]+)\)", text), *re.findall(r'src="([^"]+)"', text)]
    for link in links:
        parts = urlsplit(link)
        assert parts.scheme in {"", "https"}, link
        if parts.scheme:
            continue
        target = page.parent / unquote(parts.path) if parts.path else page
        assert target.is_file(), link
        if parts.fragment:
            titles = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), flags=re.MULTILINE)
            anchors = {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles}
            assert parts.fragment in anchors, link


def test_what_the_doctor_says_is_explained_in_its_own_words() -> None:
    spoken = "".join(
        (ROOT / place).read_text(encoding="utf-8")
        for place in (
            "bot/config.py",
            "bot/doctor.py",
            "services/storage/doctor.py",
        )
    )
    page = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`.+?`) \|", page.partition("| it says |")[2], flags=re.MULTILINE)
    words = [
        part for row in rows for quoted in re.findall("`(.+?)`", row) for part in re.split("…|: ", quoted)
    ]
    assert len(words) > 15
    assert not [part for part in words if part.strip() not in spoken]


def test_the_site_is_built_with_every_page_and_asks_nobody() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "zensical", "build", "--strict"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    site = ROOT / "build" / "site"
    for page in PAGES:
        built = site / ("" if page.stem == "index" else page.stem) / "index.html"
        html = built.read_text(encoding="utf-8")
        fetched = re.findall(r'<(?:script|img|link|source)\b[^>]*?(?:src|href)="([^"]+)"', html)
        assert fetched
        for address in fetched:
            assert not urlsplit(address).netloc, f"{page.name} fetches {address}"
            assert (built.parent / urlsplit(address).path).exists(), f"{page.name} lacks {address}"
