"""Who trains, validates and tests, and the search for leaks between them."""
