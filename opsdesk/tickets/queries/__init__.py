"""Questions about tickets; each returns frozen rows and changes nothing."""
