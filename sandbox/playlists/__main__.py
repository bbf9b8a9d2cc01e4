"""Rewrite the sample playlists: `python -m sandbox.playlists`."""

from __future__ import annotations

import sys
from pathlib import Path

from sandbox.playlists.samples import generated


def main() -> None:
    """Write every generated file beside this module and say which ones changed."""
    folder = Path(__file__).parent
    for filename, content in generated().items():
        path = folder / filename
        changed = not path.exists() or path.read_bytes() != content
        path.write_bytes(content)
        sys.stdout.write(f"{filename}: {'rewritten' if changed else 'unchanged'}\n")


if __name__ == "__main__":
    main()
