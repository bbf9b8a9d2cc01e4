"""A process that has imported all commands already, and forks one process for each that is to be run.

Starting Python and importing everything costs two seconds of a processor, a fork some milliseconds. A
forked command is still a process of its own, with its own folder, environment, output and exit. The workers
of all commands are forked from one server.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import pkgutil
import runpy
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from multiprocessing import forkserver, resource_tracker
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from tests.depth import IS_NIGHT

ROOT = Path(__file__).parents[3]
_LARGEST_REQUEST_BYTES = 1_000_000


class Nursery:
    """Runs commands of `python -m bot`, one at a time."""

    def __init__(self, flags: Sequence[str], environment: Mapping[str, str]) -> None:
        self._ours, theirs = socket.socketpair()
        self._lock = threading.Lock()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, *flags, "-m", __name__, str(theirs.fileno())],
                cwd=ROOT,
                env={**environment, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
            )

    def run(
        self,
        arguments: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        deadline_s: float,
        *,
        stdout: int | None = None,
        first: str = "",
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end, after the statements `first`; what goes to a `stdout` is not returned."""
        told = {"arguments": arguments, "folder": str(folder), "environment": environment, "first": first}
        with self._lock, TemporaryFile() as out, TemporaryFile() as err:
            self._ours.settimeout(deadline_s)
            try:
                files = [out.fileno() if stdout is None else stdout, err.fileno()]
                socket.send_fds(self._ours, [json.dumps(told).encode()], files)
                answer = self._ours.recv(64)
            except TimeoutError:
                self._process.kill()
                raise
            assert answer, "the nursery has ended"
            said = []
            for stream in (out, err):
                stream.seek(0)
                said.append(stream.read().decode().replace(os.linesep, "\n"))
        return subprocess.CompletedProcess([*arguments], int(answer), *said)


def _serve(requests: socket.socket) -> None:
    """Fork for each request, and say how the process ended."""
    while True:
        content, files, _, _ = socket.recv_fds(requests, _LARGEST_REQUEST_BYTES, 2)
        if not content:
            return
        child = os.fork()
        if not child:
            requests.close()
            _become(json.loads(content), files)
        for file in files:
            os.close(file)
        _, status = os.waitpid(child, 0)
        requests.sendall(str(os.waitstatus_to_exitcode(status)).encode())


def _become(request: dict[str, Any], files: Sequence[int]) -> None:
    """Be `python -m bot`, to its end: that of the interpreter at night, else what of it can hang or complain.

    Taking all modules apart costs four times what most commands do.
    """
    for number, file in enumerate(files, start=1):
        os.dup2(file, number)
        os.close(file)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.argv[1:] = request["arguments"]
    exec(request["first"], {})
    code: object = None
    try:
        runpy.run_module("bot", run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        code = ended.code
    if IS_NIGHT or not isinstance(code, int | None):
        sys.exit(code)
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    gc.collect()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code or 0)


def _import_everything() -> None:
    import bot.cli
    import bot.commands
    import services.workflows.tasks

    for module in pkgutil.iter_modules(bot.commands.__path__, "bot.commands."):
        importlib.import_module(module.name)
    for name in ("alembic.command", "alembic.script", *services.workflows.tasks.PRELOAD):
        importlib.import_module(name)
    forkserver.set_forkserver_preload(list(services.workflows.tasks.PRELOAD))
    forkserver.ensure_running()
    # It is the nursery's child, so a command can't ask the kernel whether it lives, as it would.
    forkserver._forkserver.ensure_running = resource_tracker.ensure_running  # type: ignore[attr-defined]
    gc.freeze()


if __name__ == "__main__":
    _import_everything()
    _serve(socket.socket(fileno=int(sys.argv[1])))
