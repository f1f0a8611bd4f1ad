"""The source: from a provider's contract to its database's publication and grants, and to the connector that reads it."""
