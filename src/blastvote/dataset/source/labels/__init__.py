"""Labels and patients of images: from tables or folders, and what images without one are."""
