"""Asks through the system's ssh client, for servers that speak only old algorithms."""

from probes.openssh.visit import ask, see

__all__ = ["ask", "see"]
