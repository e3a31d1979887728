"""Web pages: where the article is, what belongs to it, and what the page says of itself."""
