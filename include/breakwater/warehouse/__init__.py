"""PostgreSQL for answers, the lake for rows, and the pointers that keep the two in step."""
