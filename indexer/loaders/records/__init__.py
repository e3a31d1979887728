"""Records: a line, a row or an object is an article."""
