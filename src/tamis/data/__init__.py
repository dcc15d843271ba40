"""Floor 2, step 4: tables, schema, selections of events, the past, labels, negatives, sampling, splits, validation."""
