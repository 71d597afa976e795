"""The engine that walks the servers."""
