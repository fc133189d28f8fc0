"""Parts of bench/detect.py: panels, peers, and how both are scored."""
