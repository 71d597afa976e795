"""What a stranger gets: the wheel, the shipped files, the set-up."""
