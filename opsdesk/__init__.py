"""The operations desk: it does the rounds, remembers the evidence, prints the paper."""

__version__ = "0.1.0"
