"""Mask images: which file belongs to which photograph, and what its values mean."""
