"""Weight files of a study: what they say of themselves, and whether they fit a network."""
