"""Plain text and Markdown: title, byline and date lines, front matter, body."""
