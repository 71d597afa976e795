"""Makes what tests need, with plausible values."""
