"""Floor 8: blueprints, each a declaration without logic, and the trivial baselines of every table."""
