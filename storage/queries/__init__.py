"""Named queries and conditional updates, one file a subject."""
