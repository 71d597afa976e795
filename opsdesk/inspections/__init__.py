"""Rounds, visits, judgements, findings and signatures."""
