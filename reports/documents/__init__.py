"""Paper forms: one frozen dataclass per form, and the parts each is laid out in."""
