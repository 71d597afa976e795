"""The only place where two slices meet."""
