"""Rules: everything that can be decided without I/O."""
