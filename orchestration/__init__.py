"""What runs, when, and after what."""
