"""What every record shares: numbers, moves, promises."""
