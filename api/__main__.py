"""`python -m api` is `nutgraf`."""

from api.cli import main

if __name__ == "__main__":
    main()
