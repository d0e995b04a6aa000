"""What must be true."""
