"""Runs SQL models on DuckDB or PostgreSQL; nothing else knows which."""
