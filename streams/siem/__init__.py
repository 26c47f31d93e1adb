"""The index: OpenSearch, its embedded twin on FTS5, and the indexer that feeds either."""
