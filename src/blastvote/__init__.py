"""Compare contrast enhancement methods for segmenting lymphoblasts and telling the ALL subtype."""

__version__ = "0.1.0"
