"""What the desk asks, and how."""
