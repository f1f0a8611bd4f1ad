"""``huiliu contract``: drafts, checks, attaches, versions and exchanges the providers' contracts."""
