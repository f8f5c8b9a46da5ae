"""What may come in: one serializer for each write, by the rules that the actions enforce."""
