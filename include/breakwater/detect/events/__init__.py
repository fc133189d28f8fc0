"""Known events beside what is abnormal: they explain, and keep from being told only when asked to."""
