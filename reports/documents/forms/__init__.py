"""The official forms: one module each says which cells, tables and boxes it has."""
