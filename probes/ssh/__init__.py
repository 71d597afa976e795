"""Asks by SSH: one connection, one exec, one script. The only door to paramiko."""

from probes.ssh.visit import ask, see

__all__ = ["ask", "see"]
