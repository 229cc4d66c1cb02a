"""The workflow's configuration: read, merged and checked before any work starts."""
