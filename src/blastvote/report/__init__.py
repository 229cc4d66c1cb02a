"""The report: one page that shows the methods side by side, every cell, and the vote live."""

from blastvote.report.build import ReportFiles, write_report
from blastvote.report.study_data import RunFiles

__all__ = ["ReportFiles", "RunFiles", "write_report"]
