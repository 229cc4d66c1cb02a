"""Photographs with their cells."""
