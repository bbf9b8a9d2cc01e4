"""The dashboard shows what the processes really say."""

from __future__ import annotations

import json
import re
from pathlib import Path

from bot.app import App
from tests.conftest import ROOT

DASHBOARD = ROOT / "deploy" / "grafana" / "tastemap.json"


def named(queries: str) -> set[str]:
    return {
        re.sub(r"_(total|bucket)$", "", name) for name in re.findall(r"\b(?:tastemap|process)_\w+", queries)
    }


def shown() -> set[str]:
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    return set().union(*(named(target["expr"]) for panel in panels for target in panel["targets"]))


async def test_each_number_of_the_dashboard_exists(tmp_path: Path) -> None:
    from tests.discord.conftest import open_app

    async with open_app(tmp_path) as app:
        assert isinstance(app, App)
        exposed = named(app.vitals.metrics.exposition().decode())
    assert shown() <= exposed
    assert len(shown()) > 10
