"""What pages are made of: `look` renders, `form` is the address, `front` the archive, `strips` draws time."""
