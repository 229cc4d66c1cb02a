"""Which photographs there are: ids, labels, classes and annotations."""
