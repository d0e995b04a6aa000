"""The record of each run: what was checked, what came of it, and what stopped publication."""
