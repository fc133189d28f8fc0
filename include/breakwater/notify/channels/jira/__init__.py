"""Issues in Jira: one a thread, a comment for what moves, closed when all of it is resolved."""
