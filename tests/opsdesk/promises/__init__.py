"""The clocks keep what the contract says."""
