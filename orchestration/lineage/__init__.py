"""Lineage: from which raw keys each column of each model comes."""
