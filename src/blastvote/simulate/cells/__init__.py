"""What lies on the slide: blasts, red cells, other cells and debris."""
