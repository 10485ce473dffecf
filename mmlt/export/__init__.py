"""A trained network in other formats."""
