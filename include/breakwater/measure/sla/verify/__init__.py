"""Check clocks and calendars against cases that others wrote down."""
