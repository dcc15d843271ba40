"""Floor 7, step 6: rows built point in time, fitting, backtests, tuning, the ladder of models."""
