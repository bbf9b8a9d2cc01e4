"""The program: `tastemap` where it is installed, `python -m bot` in a checkout."""

# Up here stands nothing but the standard library: this module also speaks where nothing is installed.
import sys

_OLDEST_PYTHON = (3, 11)
_EXIT_CONFIG = 78
_OURS = {"bot", "cogs", "services", "sandbox"}
_EXTRAS = {
    "simcord": "demo",
    "playwright": "pictures",
    "procrastinate": "postgres",
    "psycopg": "postgres",
}
"""Packages that only some commands need, and the extra that brings them."""
_BROUGHT_BY_DEMO = {"", "demo"}


def main() -> int:
    """Run the command line and return its exit code."""
    # ruff: noqa: PLC0415  (each import where it is needed, and where its absence is explained)
    if sys.version_info < _OLDEST_PYTHON:
        return _refuse("Tastemap needs Python 3.11 or newer, and this is %d.%d." % sys.version_info[:2])  # noqa: UP031
    try:
        if sys.argv[1:] == ["--version"]:
            from bot import __version__

            sys.stdout.write(f"tastemap {__version__}\n")
            return 0
        if sys.argv[1:] == ["health"]:
            # Container engines ask every few seconds: nothing else is imported for that.
            from bot.commands.health import ask_at_home

            return ask_at_home()

        from bot.cli import main as run_command
        from bot.logs import log_what_python_prints

        log_what_python_prints()
        return run_command()
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if not missing or missing in _OURS:
            raise
        return _refuse(cure_for(missing))


def cure_for(missing: str) -> str:
    """Say in one sentence what to do about a package that is not installed."""
    from services.domain.installation import PROGRAM, install

    extra = _EXTRAS.get(missing, "")
    command = f"`{install(extra)}`"
    if PROGRAM.startswith("python"):
        command += " in a virtual environment"
        if extra in _BROUGHT_BY_DEMO:
            command = f"`make demo`, which installs all that it needs in .venv, or {command}"
    return f"Tastemap needs the package {missing}, which is not installed here: run {command}."


def _refuse(sentence: str) -> int:
    sys.stderr.write(sentence + "\n")
    return _EXIT_CONFIG


if __name__ == "__main__":
    sys.exit(main())
