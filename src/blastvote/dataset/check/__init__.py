"""What is measured and checked in photographs and their cells."""
