"""How the commands of training and export end: an error is one line with a hint, and no traceback."""

import sys
from collections.abc import Callable

from nutgraf.models.errors import ModelError


def exit_status(work: Callable[[], None]) -> int:
    """Call `work`; return 0, or 2 after reporting a ModelError or a missing library on stderr."""
    try:
        work()
    except ImportError as error:
        sys.stderr.write(
            f"error: this needs more libraries: {error}\nhint: pip install sentence-transformers\n"
        )
        return 2
    except ModelError as error:
        sys.stderr.write(f"error: {error}\n" + (f"hint: {error.hint}\n" if error.hint else ""))
        return 2
    return 0
