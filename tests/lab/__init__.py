"""Real servers, for tests to ask."""
