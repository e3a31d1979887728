"""The three doors: command line, HTTP with a web page, MCP."""
