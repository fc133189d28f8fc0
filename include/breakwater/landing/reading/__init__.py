"""From the bytes of a file to text columns, chunk by chunk; what cannot be read is refused."""
