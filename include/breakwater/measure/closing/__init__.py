"""What closing a day looks at: who reported, which totals must agree, and the day's figures."""
