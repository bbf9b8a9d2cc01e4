"""What all tests share."""

from __future__ import annotations

import asyncio
import gc
import hashlib
import logging
import os
import shutil
import signal
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from multiprocessing.util import Finalize
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from bot.logs import OWN
from cogs.work.host import present_interaction
from services.compute import ComputePool, Limits
from services.compute.worker import dump, load
from services.storage import connections
from services.workflows import tasks
from tests.databases import engine_with_compiled_statements
from tests.depth import examples

# A gate gives the same answer for the same commit; elsewhere each run tries something new.
settings.register_profile("gate", derandomize=True, deadline=None, max_examples=examples(15, 400))
settings.register_profile("search", deadline=None, max_examples=examples(25, 400))
settings.load_profile("gate" if os.environ.get("CI") else "search")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # As a shell has it for what it starts in the background; all that tests start and interrupt would too.
    signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).resolve().parent.parent

UNIT, WEB = ROOT / "tests" / "unit", ROOT / "tests" / "web"

WRITTEN = pytest.StashKey[str]()
IN_MEMORY, ROOM_BYTES = Path("/dev/shm"), 3 << 30


def pytest_configure(config: pytest.Config) -> None:
    """Keep what tests write in memory where there is room: half the time of thousands of small databases."""
    if "TMPDIR" in os.environ or not os.access(IN_MEMORY, os.W_OK):
        return
    room = os.statvfs(IN_MEMORY)
    if room.f_bavail * room.f_frsize < ROOM_BYTES or room.f_flag & os.ST_NOEXEC:
        return
    for left in IN_MEMORY.glob("tastemap-tests-*"):  # by a run that failed or was killed; nights take hours
        if not Path("/proc", left.name.split("-")[2]).exists():
            shutil.rmtree(left, ignore_errors=True)
    folder = tempfile.mkdtemp(prefix=f"tastemap-tests-{os.getpid()}-", dir=IN_MEMORY)
    Path(folder).chmod(0o755)  # PostgreSQL is another user
    os.environ["TMPDIR"] = tempfile.tempdir = folder
    config.stash[WRITTEN] = folder


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing in memory, but for what a test that failed has written."""
    folder, session = config.stash.get(WRITTEN, None), config.pluginmanager.get_plugin("session")
    if folder is not None and getattr(session, "exitstatus", 0) == 0:
        # After multiprocessing has removed its own folder in it.
        Finalize(None, shutil.rmtree, (folder,), {"ignore_errors": True}, exitpriority=-200)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Keep six thousand tests and their imports out of the search for garbage: a seventh of all time."""
    gc.disable()
    try:
        yield
    finally:
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 10, 50)
        gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what one worker has to do alone, and end with what is short, lest anybody waits at the end.

    Tests on the measured playlists are skipped where those are not at hand.
    """
    tests = Counter(each.path for each in items if UNIT in each.path.parents)
    items.sort(key=lambda each: (WEB not in each.path.parents, tests[each.path] > 0, -tests[each.path]))
    folder = shared_data_folder()
    if folder.is_dir():
        return
    skip = pytest.mark.skip(reason=f"the measured playlists are not at {folder} (set TASTEMAP_SHARED_DATA)")
    for item in items:
        if item.get_closest_marker("shared_data"):
            item.add_marker(skip)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Hand out what shares a browser, and what is short, file by file, and anything else test by test.

    So one worker makes what the tests of a file share. The groups of xdist 3.8 are none with pytest 9.2.
    """
    from xdist.scheduler import LoadScopeScheduling

    class FileByFile(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return file if {UNIT, WEB} & {*(ROOT / file).parents} else nodeid

    return FileByFile(config, log)


def shared_data_folder() -> Path:
    """Return where the measured playlists would be."""
    return Path(os.environ.get("TASTEMAP_SHARED_DATA") or ROOT.parent / "shared" / "data")


@pytest.fixture(scope="session", autouse=True)
def statements_compiled_once() -> Iterator[None]:
    """Compile each statement once for all databases of this process: a tenth of a test of the bot."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connections, "create_async_engine", engine_with_compiled_statements)
        yield


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """Undo what the command line does to logging, so that no later test of this process is deaf.

    A test that leaves the id of an interaction behind fails itself, not the next one whose log shows it.
    """
    levels = {name: logging.getLogger(name).level for name in (*OWN, "")}
    yield
    for name, level in levels.items():
        if logging.getLogger(name).level != level:  # setting it asks all loggers to decide anew
            logging.getLogger(name).setLevel(level)
    assert not present_interaction(), "serve an interaction in a context of its own"


@pytest.fixture(autouse=True)
def no_hook_breaks_unseen() -> Iterator[None]:
    """Fail where a test's own hook raised inside a loopback service: to the bot that is only a bad answer.

    What aiohttp warns itself of, where a killed bot leaves a request half sent, is nobody's fault here.
    """
    broken: list[logging.LogRecord] = []
    listener = logging.Handler(logging.ERROR)
    listener.emit = broken.append  # type: ignore[method-assign]
    server = logging.getLogger("aiohttp.server")
    server.addHandler(listener)
    yield
    server.removeHandler(listener)
    raised = [each.exc_info[1] if each.exc_info else each.getMessage() for each in broken]
    assert [each for each in raised if not isinstance(each, DeprecationWarning)] == []


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with the measured playlists; use together with the `shared_data` marker."""
    return shared_data_folder()


class RememberingPool(ComputePool):
    """A pool whose work is done once for all tests: what a worker returns depends on what it is given alone.

    Most tests analyse the same few playlists, and what is drawn of these takes more processor time than all
    else. A test of the work itself, or of what happens to a worker, opens a pool of its own.
    """

    def __init__(self, folder: Path, **options: Any) -> None:
        super().__init__(**options)
        self._folder = folder

    async def run(
        self,
        job: str,
        function: Callable[..., Any],
        *arguments: object,
        deadline_s: float | None = None,
        limits: Limits | None = None,
    ) -> Any:
        known = self._folder / hashlib.sha256(dump((function, arguments))).hexdigest()
        if known.exists() and not self.closed:
            await asyncio.sleep(0)
            return load(known.read_bytes())
        answer = await super().run(job, function, *arguments, deadline_s=deadline_s, limits=limits)
        written = known.with_suffix(f".{os.getpid()}")
        written.write_bytes(dump(answer))
        written.replace(known)
        return answer


@pytest.fixture(scope="session")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ComputePool]:
    """One warm worker for all tests of this process that don't harm it, with its share of a busy machine."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "answers"
    folder.mkdir(exist_ok=True)
    shared = RememberingPool(folder, workers=1, preload=tasks.PRELOAD, warm_up=tasks.warm_up, niceness=0)
    yield shared
    asyncio.run(shared.aclose())
