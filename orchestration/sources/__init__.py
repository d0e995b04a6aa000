"""Where extracts come from."""
