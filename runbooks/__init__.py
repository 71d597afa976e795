"""Emergency plans as data, and what can be said of a plan without running it."""
