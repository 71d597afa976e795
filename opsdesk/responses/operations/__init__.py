"""What changes runs; nothing here commits."""
