"""Benchmarks: speed and memory beside targets, quality beside published tables, and the quality ledger."""
