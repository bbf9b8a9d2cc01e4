from __future__ import annotations

from pathlib import Path

import pytest

from services.domain.errors.storage import UnsupportedDatabaseUrlError
from services.storage.connections import parse_address


@pytest.mark.parametrize(
    "url", ["sqlite:////var/lib/tastemap.db", "sqlite+aiosqlite:////var/lib/tastemap.db"]
)
def test_the_driver_may_be_left_out(url: str) -> None:
    address = parse_address(url)

    assert address.file == Path("/var/lib/tastemap.db")
    assert address.url.drivername == "sqlite+aiosqlite"
    assert address.sync_url.drivername == "sqlite"
    assert str(address) == "/var/lib/tastemap.db"


def test_a_relative_path_counts_from_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert parse_address("sqlite:///data/tastemap.db").file == tmp_path / "data" / "tastemap.db"


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg", "postgresql+asyncpg"])
def test_postgresql_uses_one_driver_and_shows_no_password(scheme: str) -> None:
    address = parse_address(f"{scheme}://bot:secret@db:5433/tastemap")

    assert address.file is None
    assert address.url.drivername == "postgresql+psycopg"
    assert address.url.password == "secret"
    assert "secret" not in str(address)
    assert "db:5433" in str(address)


@pytest.mark.parametrize(
    "url", ["", "tastemap.db", "mysql://a:secret@b/c", "sqlite://", "sqlite:///:memory:", "://"]
)
def test_anything_else_is_refused(url: str) -> None:
    with pytest.raises(UnsupportedDatabaseUrlError) as caught:
        parse_address(url)

    assert "secret" not in str(caught.value)
