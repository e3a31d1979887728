"""Where the commands `nutgraf` and `ask` begin; `python -m nutgraf` is `nutgraf`.

Their code is imported inside a `try`, because Ctrl-C may come while it is: that takes half a second.
"""

import sys
from typing import NoReturn

from nutgraf.api.commands.exits import INTERRUPTED


def main() -> NoReturn:
    """Run `nutgraf`."""
    try:
        from nutgraf.api.commands import cli

        cli.main()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def ask_main() -> NoReturn:
    """Run `ask`, which is `nutgraf ask`."""
    try:
        from nutgraf.api.commands import cli

        cli.ask_main()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
