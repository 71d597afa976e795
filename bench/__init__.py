"""Measurements, side by side with what people would use instead. Run by ./dev bench."""
