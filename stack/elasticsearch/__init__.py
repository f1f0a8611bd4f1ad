"""Elasticsearch from the jars it publishes: what its own launcher and two unpublished modules would do, done here."""
