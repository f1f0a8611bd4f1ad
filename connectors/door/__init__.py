"""The door: where a department hands in entries, bulks and copies itself, sees their receipts, and answers the office's calls."""
