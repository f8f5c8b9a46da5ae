"""Hot copies in Redis: never the truth, always by name, always bounded in time."""
