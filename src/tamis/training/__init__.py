"""Room of Tamis."""
