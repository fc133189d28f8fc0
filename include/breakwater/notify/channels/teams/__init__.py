"""Cards in a Microsoft Teams channel or chat, by the address of a workflow."""
