"""What looks at runs, plans and the drill year."""
