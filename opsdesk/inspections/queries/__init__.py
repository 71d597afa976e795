"""Questions to the rounds: frozen rows, shaped for one use each. Nothing changes."""
