"""From a question to an answer with its source, or an honest abstention."""
