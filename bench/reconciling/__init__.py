"""What bench/reconcile.py runs: the books, the contenders, and taking turns."""
