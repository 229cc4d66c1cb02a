"""A study as the workflow runs it: configuration, plan, what jobs ask for, and what is written about it."""
