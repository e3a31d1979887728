"""The embedded engine: an archive in one folder, with SQLite, FAISS and tantivy."""
