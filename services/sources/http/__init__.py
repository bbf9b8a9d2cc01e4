"""How Tastemap talks to any service: politely, within bounds, and never longer than it was given."""
