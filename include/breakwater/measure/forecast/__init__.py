"""Which open cases will miss their promise, and by when, at the present pace of their queues."""
