"""What is written: Tables 1 to 3 of the paper and those beside them."""
