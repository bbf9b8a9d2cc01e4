"""Stand-ins for the outside world, with invented music, for the demo and the tests."""
