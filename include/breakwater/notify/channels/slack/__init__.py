"""One living message a thread in a Slack channel, through whatever calls the Web API."""
