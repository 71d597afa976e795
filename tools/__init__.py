"""What a developer or a fresh machine needs before the project itself can run."""
