"""Floor 5, step 6: the stages of a funnel by kind: understand, retrieve, filter, rerank, policy; one file per stage."""
