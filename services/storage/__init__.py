"""What Tastemap keeps: one store per noun, on SQLite or PostgreSQL. Rows never leave this room."""
