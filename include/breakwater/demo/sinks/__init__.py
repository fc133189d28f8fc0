"""Where messages of the demo and the tests arrive: a real SMTP server and a Slack Web API double.

``python -m breakwater.demo.sinks --smtp-port 2525 --slack-port 2526 --folder captured`` runs both.
Nothing leaves the machine: both listen on the loopback address alone.
"""
