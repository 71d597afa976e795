"""A period's report, chapter by chapter, gathered from every register."""
