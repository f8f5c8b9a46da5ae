"""Every write: one transaction of one shape."""
