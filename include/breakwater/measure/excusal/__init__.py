"""Clocks that nobody is to answer for: they leave both sides of attainment, and are listed."""
