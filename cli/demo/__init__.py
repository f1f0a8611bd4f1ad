"""``huiliu demo``: the main job on the embedded stack, watched live and checked from outside."""
