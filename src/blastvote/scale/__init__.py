"""Pixel sizes of photographs, and tiles of those that are larger than the network."""
