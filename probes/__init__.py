"""Ask one machine, read its answer, judge it. No web framework, no database."""
