"""``huiliu bench``: measures speed and memory on the running stack; the last line is JSON."""
