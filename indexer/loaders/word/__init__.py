"""Documents of word processors, read as they look when all changes are accepted."""
