"""Documents for programs: posted to any address that is allowed, signed."""
