"""What the page is made of: `look` renders, `front` knows the archive, `strips` draws time, `reference` the API."""
