"""The hand-over log: what one shift leaves to the next, signed by both."""
