"""How good judgements are: agreement, consensus, and what is right by the golden set."""
