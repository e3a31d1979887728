"""XML: feeds, formats of agencies, editions."""
