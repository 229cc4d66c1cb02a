"""The commands of ``blastvote``: what each takes and does."""
