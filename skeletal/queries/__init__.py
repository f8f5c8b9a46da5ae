"""Every read: plain keyword values in, records out."""
