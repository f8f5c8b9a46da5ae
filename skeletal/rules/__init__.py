"""Pure rules: no database, no clock, no settings."""
