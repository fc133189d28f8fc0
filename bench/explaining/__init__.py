"""What bench/explain.py compares the product with."""
