"""Claims about the servers of config.yaml and the ways to get more into it."""
