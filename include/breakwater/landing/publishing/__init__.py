"""From mapped records to the partitions of the lake."""
