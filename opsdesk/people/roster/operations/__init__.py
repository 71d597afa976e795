"""Changes to the roster; the lead plans, everybody signs in, asks and agrees."""
