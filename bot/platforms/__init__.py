"""One file or folder per chat platform, the sole importer of its SDK."""
