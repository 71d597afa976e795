"""Everything that goes wrong on a wire, seen to go wrong."""
