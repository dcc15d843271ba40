"""Floor 3, step 5: features, each defined once with its batch and read faces, strictly before the request."""
