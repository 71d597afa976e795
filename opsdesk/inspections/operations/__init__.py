"""What can be done to rounds, visits and conditions. Nothing here commits."""
