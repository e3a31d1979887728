"""`python -m nutgraf` is `nutgraf`."""

if __name__ == "__main__":
    from nutgraf.api.commands.cli import main

    main()
