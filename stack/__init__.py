"""The ground: starts and stops the real servers on one machine, without Docker, root or a system Java."""
