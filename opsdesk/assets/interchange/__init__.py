"""Items as tables: out to a sheet, and in from one."""
