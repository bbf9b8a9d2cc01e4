"""All tests. What pytest imports to collect them is no garbage (see `tests.conftest.pytest_collection`)."""

import gc
import sys

if "pytest" in sys.modules:
    gc.disable()
