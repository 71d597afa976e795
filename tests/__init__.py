"""The claims the project makes, each one tried."""
