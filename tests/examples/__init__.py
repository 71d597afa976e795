"""The examples must work as they are."""
