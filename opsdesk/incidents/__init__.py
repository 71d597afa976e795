"""Incidents 事件: something does not work; it is answered, restored and told."""
