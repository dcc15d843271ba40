"""Floor 6: answers measured against what people did, loss per stage, slices, explanations, reports."""
