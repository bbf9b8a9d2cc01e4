"""The words of Tastemap: frozen values and errors. Standard library only; imports no other room."""
