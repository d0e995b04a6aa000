"""What may go out: the gate."""
