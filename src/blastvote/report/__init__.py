"""The report: one page that shows the methods side by side, every cell, and the vote live."""
