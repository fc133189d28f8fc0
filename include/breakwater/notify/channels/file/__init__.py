"""Messages as files in a folder: for records, and for systems that only watch a folder."""
