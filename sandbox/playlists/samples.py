"""The sample files as the generator gives them."""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.playlists.generator import listings
from sandbox.playlists.writers import (
    account_data,
    apple_text,
    exportify_app_german,
    exportify_net,
    pasted_links,
)


def generated() -> Mapping[str, bytes]:
    """Return every sample file by name, byte for byte as it belongs in the folder."""
    files: dict[str, bytes] = {}
    for filename, contents in listings().items():
        if filename == "everything-liked.csv":
            files[filename] = exportify_app_german(contents[0])
        elif filename == "account-data.json":
            files[filename] = account_data(contents)
        elif filename == "links.txt":
            files[filename] = pasted_links(contents[0])
        else:
            files[filename] = exportify_net(contents[0])
    # The same songs as names alone: what a program on a computer exports.
    files["night-bus.txt"] = apple_text(listings()["late-drive.csv"][0])
    return files
