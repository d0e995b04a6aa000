"""Dagster definitions, by room."""
