"""Plans in force, their runs as drills and in earnest, and the year of drills."""
