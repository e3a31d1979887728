"""Standing questions: which of them new articles may touch, and when an answer is another one. Pure."""
