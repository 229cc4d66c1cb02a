"""One file per format that annotation tools write."""
