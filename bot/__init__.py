"""The composition root: the only room that knows every other room."""

__version__ = "0.2.0"
"""The one place of the version: the package, `--version` and the User-Agent read it here."""
