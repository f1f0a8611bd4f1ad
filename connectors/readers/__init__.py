"""Readers: a file that a department sends becomes rows of text, read in a process of its own that a hostile file cannot leave."""
