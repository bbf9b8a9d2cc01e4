"""Domain values and errors, frozen. Standard library only; imports no other package of Tastemap."""
