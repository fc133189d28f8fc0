"""A small model of a review operation: demand, agents, queues, vendors' books, the platform's log.

Nothing here is a random table. Cases arrive by the hour and the season, wait because agents are
busy, and are decided by somebody with a speed and an accuracy. Faults are planted on top, and a
truth file says which.
"""
