"""From a database nobody prepared to an attached provider: draft, versions, consent, installation."""
