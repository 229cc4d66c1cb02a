"""One file per contrast method; every file here is found and registered by itself."""
