"""`python -m nutgraf` is `nutgraf`."""

from nutgraf.api.cli import main

if __name__ == "__main__":
    main()
