"""What a photograph's pixels say: light, sharpness, bits, and whether the outlines belong to it."""
