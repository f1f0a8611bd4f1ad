"""Matching: which records describe the same entity, as a function of the set of current records."""
