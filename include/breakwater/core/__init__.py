"""Words of the domain. Pure: standard library only, no clock, no I/O."""
