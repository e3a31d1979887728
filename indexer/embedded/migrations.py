"""The store's schema, one step a version. A step is never changed once released; add the next."""

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE migrations (version INTEGER PRIMARY KEY, applied_at TEXT NOT NULL)",
        """CREATE TABLE articles (
            num INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            title TEXT NOT NULL,
            text TEXT NOT NULL,
            url TEXT,
            source TEXT,
            authors TEXT NOT NULL,
            published TEXT,
            day INTEGER,
            published_from TEXT,
            origin TEXT,
            ingested_at TEXT NOT NULL,
            content_hash TEXT NOT NULL,
            cluster TEXT,
            source_key TEXT
        )""",
        "CREATE INDEX articles_by_day ON articles (day)",
        "CREATE INDEX articles_by_source ON articles (source_key)",
        "CREATE INDEX articles_by_cluster ON articles (cluster)",
        "CREATE TABLE vectors (id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, vector BLOB NOT NULL)",
        # AUTOINCREMENT: an id is never given twice, so a stale derived file cannot name a wrong passage.
        """CREATE TABLE passages (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            article INTEGER NOT NULL REFERENCES articles (num),
            start INTEGER NOT NULL,
            stop INTEGER NOT NULL,
            vector INTEGER NOT NULL REFERENCES vectors (id)
        )""",
        "CREATE INDEX passages_by_article ON passages (article)",
        "CREATE INDEX passages_by_vector ON passages (vector)",
        "CREATE TABLE tombstones (passage INTEGER PRIMARY KEY)",
        "CREATE TABLE state (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
    ),
    (
        # The MinHash bands of an article's words: articles that share one may be copies.
        "CREATE TABLE sketches (article INTEGER PRIMARY KEY REFERENCES articles (num), sketch BLOB NOT NULL)",
        "CREATE TABLE bands (band INTEGER, article INTEGER, PRIMARY KEY (band, article)) WITHOUT ROWID",
    ),
    (
        "ALTER TABLE articles ADD COLUMN modified TEXT",
        # A JSON list; NULL where the source has no pages.
        "ALTER TABLE articles ADD COLUMN page_breaks TEXT",
    ),
    (
        "ALTER TABLE passages ADD COLUMN field TEXT NOT NULL DEFAULT 'text'",
        # The articles up to this number were stored without passages of their titles.
        "INSERT INTO state SELECT 'untitled', num FROM articles ORDER BY num DESC LIMIT 1",
    ),
    (
        # A vector that is still to be made is an empty one: passages wait for these, and few need be found.
        "CREATE INDEX vectors_missing ON vectors (id) WHERE vector = x''",
        # Lists and counts read these columns alone, and so no text.
        "CREATE INDEX articles_in_lists ON articles (published DESC, id, day, source_key, source, authors)",
        # Standing questions. `seen` is the highest passage that a question was compared with, -1 for none.
        """CREATE TABLE watches (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            definition TEXT NOT NULL UNIQUE,
            webhook TEXT,
            state TEXT NOT NULL,
            seen INTEGER NOT NULL,
            revision INTEGER NOT NULL,
            created TEXT NOT NULL,
            encoder TEXT,
            vector BLOB
        )""",
        # `tries` counts how often the change was sent in vain; NULL where it need not be sent (again).
        """CREATE TABLE watch_changes (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            watch INTEGER NOT NULL REFERENCES watches (id) ON DELETE CASCADE,
            at TEXT NOT NULL,
            body TEXT NOT NULL,
            tries INTEGER
        )""",
        "CREATE INDEX watch_changes_by_watch ON watch_changes (watch)",
    ),
)
