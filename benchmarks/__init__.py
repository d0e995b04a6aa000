"""What the warehouse costs: each part beside the least that DuckDB alone needs for it."""
