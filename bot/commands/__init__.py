"""The operator's commands, one module for each group, and the codes with which they end."""

EXIT_OK, EXIT_FAILED, EXIT_BAD_INPUT, EXIT_DATA, EXIT_AGAIN, EXIT_CONFIG = 0, 1, 2, 65, 75, 78
"""Service managers and scripts rely on them; the last two are EX_DATAERR and EX_CONFIG of sysexits.h."""


class BadInputError(Exception):
    """What was given can't be used; the message is for whoever sits at the terminal."""
