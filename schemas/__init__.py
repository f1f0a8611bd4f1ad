"""Words: the topics, their Avro schemas, the index mappings and the store's tables."""
