"""The only writers of tickets; pages, bulk actions and the scheduler all come here."""
