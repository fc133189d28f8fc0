"""How Salesforce is spoken to."""
