"""Slack where only an incoming webhook is allowed: messages, without edits and threads."""
