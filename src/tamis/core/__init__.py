"""Floor 0: words, stage contracts, checks, errors, clock, randomness, ids and durable files that every room speaks."""
