"""The command ``huiliu``; it may use every stop."""
