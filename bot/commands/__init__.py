"""One module per command of the command line that does more than print."""
