"""From files to a published index: articles, passages, storage, generations."""
