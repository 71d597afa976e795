"""The other ways of asking, each against the real server."""
