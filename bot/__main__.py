"""`python -m bot`."""

import sys

from bot.cli import main
from bot.logs import log_what_python_prints

if __name__ == "__main__":
    log_what_python_prints()
    sys.exit(main())
