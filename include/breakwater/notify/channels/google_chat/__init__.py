"""Cards in a Google Chat space, by the address of its webhook."""
