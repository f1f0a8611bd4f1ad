"""Intake: rows that a department hands over, as a copy or as entries, become the same change events that Debezium writes."""
