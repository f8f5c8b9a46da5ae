"""Daira's skeleton: the data layer of a social platform."""
