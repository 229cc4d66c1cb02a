"""From a folder to a study: what lies there, what it can mean, and a configuration that a dry run accepts."""
