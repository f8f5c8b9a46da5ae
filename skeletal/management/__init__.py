"""What operators run: the work behind the management commands."""
