"""All that would still make sense without Discord."""
