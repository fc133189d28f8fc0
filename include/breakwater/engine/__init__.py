"""Runs SQL models on DuckDB, PostgreSQL or Spark; nothing else knows which."""
