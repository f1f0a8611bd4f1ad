"""The watch: lag in messages and seconds, connectors, slots, promises, what waits for review, how soon a commit is searchable."""
