"""PDF: words with their places become lines, columns, paragraphs and pages."""
