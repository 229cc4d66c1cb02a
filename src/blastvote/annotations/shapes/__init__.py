"""How cells are drawn in files: polygons, brushes and regions to masks, and masks to outlines."""
