"""Storage: one store per noun, on SQLite or PostgreSQL. Rows never leave this package."""
