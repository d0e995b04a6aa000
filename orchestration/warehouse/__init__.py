"""The warehouse: its file, and dbt as it is run over it."""
