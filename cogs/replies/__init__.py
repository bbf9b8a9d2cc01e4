"""Pure functions from domain values to components v2: testable without a bot."""
