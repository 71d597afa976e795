"""Promises 时限承诺: until when what is owed, computed from what happened."""
