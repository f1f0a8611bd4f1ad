"""The stream: Faust agents that normalise source changes into records and resolve records into entities."""
