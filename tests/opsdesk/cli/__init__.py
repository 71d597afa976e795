"""Claims about the command."""
