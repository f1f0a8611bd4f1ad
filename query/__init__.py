"""Stop 6, asking: masked search for a stated purpose, as an API and as one page."""
