"""The index: entities become documents, written in bulk under external versions; rebuilt beside the old one."""
