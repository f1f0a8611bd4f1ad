"""The watch: topic lag in messages and seconds, connector state, slot bytes, and how soon a commit is searchable."""
