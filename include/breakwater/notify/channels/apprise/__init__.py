"""Any of the services that Apprise knows, as plain text."""
