"""Finding cells in photographs that belong to no study: names, pixel sizes, one record an image, and the tables."""
