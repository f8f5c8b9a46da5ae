"""HTTP: views parse, call one door, and shape the answer."""
