"""Releases: what was published, written once and never changed."""
