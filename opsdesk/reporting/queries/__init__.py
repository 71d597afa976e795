"""The figures of a period, and the drafts of its report."""
