"""The duty roster: who is on duty when, leave, swaps, and signing in on post."""
