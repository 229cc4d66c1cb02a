"""Questions to the user, at most three; without anybody to ask, the proposed answers are taken."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

MOST = 3


@dataclass
class Questions:
    """Asks, and counts.

    Attributes
    ----------
    ask
        Takes a question and returns the answer, "" for the proposed one; None asks nobody.
    left
        How many may still be asked.
    """

    ask: Callable[[str], str] | None = None
    left: int = MOST

    def _answer(self, question: str) -> str:
        if self.ask is None or self.left == 0:
            return ""
        self.left -= 1
        return self.ask(question).strip()

    def choose(self, question: str, options: Sequence[str]) -> int:
        """Return the place of the chosen option; the first is proposed."""
        shown = "".join(f"\n  {number}  {option}" for number, option in enumerate(options, start=1))
        answer = self._answer(f"{question}{shown}\n[1] ")
        return int(answer) - 1 if answer.isdecimal() and 1 <= int(answer) <= len(options) else 0

    def agree(self, question: str) -> bool:
        """Return whether the user agrees, as is proposed."""
        return not self._answer(f"{question} [Y/n] ").casefold().startswith("n")
