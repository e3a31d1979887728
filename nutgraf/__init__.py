"""Ask your news archive: every answer is a quote, with its source."""

__version__ = "0.1.0"
