"""The command line: `tastemap run | demo | analyze FILE | stats FILE | optimize FILE | ...`."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from pydantic import ValidationError

from bot import __version__
from bot.commands import EXIT_BAD_INPUT, EXIT_CONFIG, EXIT_FAILED, EXIT_OK, BadInputError
from bot.config import ENV_FILE, Settings, check_config, load_settings
from bot.logs import configure_logging
from bot.ports import why_unusable
from bot.process import Role
from bot.secret_files import SecretFileError
from cogs.words.errors import sentence
from services.domain.errors.sources import KeyRingError
from services.domain.installation import PROGRAM
from services.domain.ordering import Goal

LARGEST_BLEND = 500
_LAST_PORT, _LAST_SEED = 65_535, 999_999_999
_LONGEST = len(str(_LAST_SEED))
_FORMATS = "as rekordbox XML, M3U8 and CSV"
_GOALS = ", ".join(Goal)
_ONE_OF_SEVERAL = "FILE#NAME if it holds several playlists"
_FILES = f"{_ONE_OF_SEVERAL}; or sound files, or a folder of them"
_OFFLINE = "ask no service; use the {}, the cache and estimates"
_WHICH = "which playlist of a file with several"


class _Parser(argparse.ArgumentParser):
    """Refuse what it can't read with the next step; parsers of single commands are of this class too."""

    def error(self, message: str) -> NoReturn:
        """Print usage, what is wrong, and where to read on."""
        self.print_usage(sys.stderr)
        self.exit(EXIT_BAD_INPUT, f"{self.prog}: {message}\n`{self.prog} --help` explains what there is.\n")


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    top: argparse.ArgumentParser = _Parser(prog=PROGRAM, description="Tastemap maps how playlists sound.")
    top.add_argument("--version", action="version", version=f"tastemap {__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="connect to Discord and serve")
    run.add_argument(
        "--fresh",
        action="store_true",
        help="begin with an empty database if the present one is damaged and has no good backup",
    )

    run.add_argument(
        "--role",
        type=_role,
        metavar="ROLE",
        help="all (default), or gateway, web or worker, which share the work through PostgreSQL",
    )

    run.add_argument("--shards", metavar="SHARDS", help="of a gateway: 0-15/64, or 'any 16/64' for free ones")

    demo = commands.add_parser("demo", help="try the real bot in a browser, offline")
    demo.add_argument(
        "--once", type=Path, metavar="DIR", help="play a short script and write pictures to DIR instead"
    )
    demo.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="SCENE",
        help="photograph this scene of --once, not all",
    )
    demo.add_argument(
        "--port", type=_number(0, _LAST_PORT), default=0, help="port of the page (default: a free one)"
    )

    analyze = commands.add_parser("analyze", help="analyse a playlist file or sound files in the terminal")
    analyze.add_argument("files", nargs="+", metavar="FILE", help=_FILES)
    analyze.add_argument("--json", action="store_true", help="print the whole report as JSON")
    analyze.add_argument("--offline", action="store_true", help=_OFFLINE.format("file"))
    analyze.add_argument("--charts", type=Path, metavar="DIR", help="write the charts as PNG and text to DIR")
    analyze.add_argument("--export", type=Path, metavar="DIR", help=f"write the groups to DIR, {_FORMATS}")
    analyze.add_argument("--groups", type=_number(2, 8), metavar="N", help="look for N groups (2-8)")
    analyze.add_argument(
        "--by",
        choices=("sound", "style"),
        default="sound",
        help="group by sound (default), or by style and era: year, artist and genre words too",
    )
    analyze.add_argument("--playlist", metavar="NAME", help=_WHICH)

    add_stats_command(commands)
    add_drift_command(commands)
    add_people_commands(commands)
    add_optimize_command(commands)
    commands.add_parser("check-config", help="say what each setting switches on or off")
    add_keeping_commands(commands)
    return top


def add_stats_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command that counts a file."""
    stats = commands.add_parser("stats", help="count what is in a playlist file, and how it sounds")
    stats.add_argument("files", nargs="+", metavar="FILE", help=_FILES)
    stats.add_argument("--json", action="store_true", help="print the numbers as JSON")
    stats.add_argument("--offline", action="store_true", help=_OFFLINE.format("file"))
    stats.add_argument("--charts", type=Path, metavar="DIR", help="write the picture as PNG and text to DIR")
    stats.add_argument("--playlist", metavar="NAME", help=_WHICH)


def add_drift_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command that compares two exports of a list."""
    drift = commands.add_parser(
        "drift", help="say what changed in a list: from one export to the next, and by when tracks were added"
    )
    drift.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="one export, or an earlier and a later one; FILE#NAME for one list of several",
    )
    drift.add_argument("--offline", action="store_true", help=_OFFLINE.format("files"))
    drift.add_argument("--charts", type=Path, metavar="DIR", help="write the picture as PNG and text to DIR")


def add_people_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the commands about several people."""
    compare = commands.add_parser("compare", help="compare how the playlists of several people sound")
    compare.add_argument("--charts", type=Path, metavar="DIR", help="write the charts as PNG and text to DIR")
    blend = commands.add_parser("blend", help="mix a playlist for several people")
    blend.add_argument(
        "--size",
        type=_number(1, LARGEST_BLEND),
        default=30,
        metavar="N",
        help="number of tracks (default: 30)",
    )
    blend.add_argument(
        "--mode", choices=("fair", "joy", "safe"), default="fair", help="what matters most (default: fair)"
    )
    for command in (compare, blend):
        command.add_argument(
            "files",
            nargs="+",
            metavar="FILE",
            help="one for each person; FILE#NAME if it holds several playlists",
        )
        command.add_argument("--json", action="store_true", help="print the result as JSON")
        command.add_argument("--offline", action="store_true", help=_OFFLINE.format("files"))


def add_optimize_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command that orders a file."""
    optimize = commands.add_parser("optimize", help="put a playlist file in a better order")
    optimize.add_argument("file", metavar="FILE", help=_ONE_OF_SEVERAL)
    optimize.add_argument(
        "--goal", type=_goal, default=Goal.FLOW, metavar="G", help=f"{_GOALS} (default: flow)"
    )
    optimize.add_argument(
        "--seed", type=_number(0, _LAST_SEED), default=0, metavar="N", help="other numbers, other good orders"
    )
    optimize.add_argument("--start", default="", metavar="N", help="first track: its number, or words of it")
    optimize.add_argument("--end", default="", metavar="N", help="last track, likewise")
    optimize.add_argument("--lock", default="", metavar="PLACES", help="1-3,7 stay; 12@20 moves one there")
    optimize.add_argument("--json", action="store_true", help="print order, cost and transitions as JSON")
    optimize.add_argument("--charts", type=Path, metavar="DIR", help="write the picture to DIR")
    optimize.add_argument("--export", type=Path, metavar="DIR", help=f"write the order to DIR, {_FORMATS}")
    optimize.add_argument("--offline", action="store_true", help=_OFFLINE.format("file"))
    optimize.add_argument("--playlist", metavar="NAME", help=_WHICH)


def add_keeping_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the commands that look after the database."""
    commands.add_parser("migrate", help="bring the database to the newest schema, after a backup")
    backup = commands.add_parser("backup", help="write a verified copy of the database")
    backup.add_argument(
        "target", type=Path, nargs="?", help="file to write (default: a dated one in data/backups)"
    )
    restore = commands.add_parser("restore", help="put a verified backup in place of the database")
    restore.add_argument("source", type=Path, help="the backup: a file in data/backups, or elsewhere")
    database = commands.add_parser("database", help="move the database")
    moves = database.add_subparsers(dest="action", required=True, metavar="ACTION")
    copy = moves.add_parser(
        "copy", help="copy the SQLite database to a PostgreSQL server, and compare each row"
    )
    copy.add_argument("target", metavar="URL", help="such as postgresql://user:password@host/tastemap")
    doctor = commands.add_parser("doctor", help="look for problems and say how to cure each")
    doctor.add_argument(
        "--online",
        action="store_true",
        help="also ask Discord, Spotify and other services whether they take the settings",
    )
    commands.add_parser("health", help="ask the running bot whether it is alive, for container engines")
    features = commands.add_parser("features", help="look after the cache of audio features")
    actions = features.add_subparsers(dest="action", required=True, metavar="ACTION")
    load = actions.add_parser("import", help="load a public dataset (CSV) into the cache of the database")
    which = load.add_mutually_exclusive_group(required=True)
    which.add_argument("file", type=Path, nargs="?", metavar="FILE", help="features by Spotify id")
    which.add_argument(
        "--acousticbrainz", type=Path, metavar="FILE", help="tempo or key from a dump of AcousticBrainz"
    )
    which.add_argument(
        "--musicbrainz-canonical",
        type=Path,
        metavar="FILE",
        help="the canonical dump: which recording a name means",
    )
    load.add_argument("--source", metavar="NAME", help="name of the source (default: the name of the file)")
    actions.add_parser("stats", help="show what is cached, by source and year")
    keys = commands.add_parser("keys", help="look after the keys that encrypt stored tokens")
    key_actions = keys.add_subparsers(dest="action", required=True, metavar="ACTION")
    key_actions.add_parser("new", help="print a new key for TOKEN_KEYS")
    key_actions.add_parser(
        "rotate",
        help="seal all stored tokens again, with the first key of TOKEN_KEYS; writes to the database",
    )


def _goal(text: str) -> Goal:
    if text not in set(Goal):
        raise argparse.ArgumentTypeError(f"choose one of {_GOALS}")
    return Goal(text)


def _role(text: str) -> Role:
    if text not in set(Role):
        raise argparse.ArgumentTypeError(f"choose one of {', '.join(Role)}")
    return Role(text)


def _number(first: int, last: int) -> Callable[[str], int]:
    """Return what reads a number of a range, or says which would be one."""

    def read(text: str) -> int:
        if not text.isdecimal() or len(text) > _LONGEST or not first <= int(text) <= last:
            raise argparse.ArgumentTypeError(f"choose a number from {first} to {last}")
        return int(text)

    return read


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code."""
    options = parser().parse_args(arguments)
    try:
        settings = load_settings(ENV_FILE if ENV_FILE.is_file() else None)
    except ValidationError as error:
        for problem in error.errors():
            name = "_".join(str(part) for part in problem["loc"]).upper()
            print(f"{name}: {problem['msg']}", file=sys.stderr)  # noqa: T201
        return EXIT_CONFIG
    except SecretFileError as error:
        print(f"{error.setting}: {error.problem}", file=sys.stderr)  # noqa: T201
        return EXIT_CONFIG
    quiet = options.command != "run"
    configure_logging(
        "WARNING" if quiet and settings.log_level == "INFO" else settings.log_level,
        style=settings.log_format,
        secrets=settings.secrets(),
    )
    try:
        return _dispatch(options, settings)
    except BadInputError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return EXIT_BAD_INPUT
    except KeyRingError as error:
        print(sentence(error), file=sys.stderr)  # noqa: T201
        return EXIT_CONFIG
    except (KeyboardInterrupt, asyncio.CancelledError):
        return 130
    except BrokenPipeError:
        # The reader of our output has gone (`… | head`); nothing more can be said to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_FAILED


def _dispatch(options: argparse.Namespace, settings: Settings) -> int:
    """Import only what the command needs: `check-config` should not wait for numpy."""
    # ruff: noqa: PLC0415
    match options.command:
        case "check-config":
            return print_config(settings)
        case "analyze" | "stats" | "drift" | "compare" | "blend" | "optimize" as command:
            from bot.commands.playlists import ON_FILES

            return asyncio.run(ON_FILES[command](settings, options))
        case "demo":
            from bot.demo import run_demo

            if why := why_unusable("127.0.0.1", options.port):
                raise BadInputError(
                    f"The page can't be served on port {options.port} ({why}). "
                    "Give another one with --port, or leave it out for one that is free."
                )
            return asyncio.run(run_demo(settings, once=options.once, only=options.only, port=options.port))
        case "run":
            from bot.commands.run import run_bot

            given = {"role": options.role, "shards": options.shards}
            chosen = settings.model_copy(update={name: value for name, value in given.items() if value})
            return asyncio.run(run_bot(chosen, fresh=options.fresh))
        case "keys":
            from bot.commands.keeping import manage_keys

            return asyncio.run(manage_keys(settings, options))
        case "doctor":
            from bot.commands.doctor import examine

            return asyncio.run(examine(settings, online=options.online))
        case "health":
            from bot.commands.health import ask

            return ask(settings.health_host, settings.health_port)
        case _:
            from bot.commands.keeping import keep

            return asyncio.run(keep(settings, options))


def print_config(settings: Settings) -> int:
    """Print one line per setting that matters."""
    for entry in check_config(settings):
        mark = "!!" if entry.unusable else "ok" if entry.present else "--"
        print(f"{mark}  {entry.setting}: {entry.line}")  # noqa: T201
    return EXIT_OK
