// The vote of an image's cells: blastvote/vote.py, said again for the browser.
// tests/unit/vote and tests/page hold both to the same answers.

const SCORE_UNITS = 1_000_000;

/** Return a score in whole millionths, halves to the even number, as NumPy's rint. */
export function scoreUnits(score) {
  const exact = score * SCORE_UNITS;
  const low = Math.floor(exact);
  const rest = exact - low;
  if (rest === 0.5) return low % 2 === 0 ? low : low + 1;
  return rest < 0.5 ? low : low + 1;
}

/**
 * Return what each class's cells sum to.
 * @param {{classes: number[], scores: number[], areas: number[]}} cells  in any order
 * @param {"count"|"score"|"area"} weight  what one cell adds to its class
 * @param {number} nClasses
 * @param {number} threshold  least score of a cell that votes, inclusive
 */
export function weigh(cells, weight, nClasses, threshold) {
  const sums = new Array(nClasses).fill(0);
  for (let cell = 0; cell < cells.scores.length; cell += 1) {
    if (cells.scores[cell] < threshold) continue;
    let amount = 1;
    if (weight === "score") amount = scoreUnits(cells.scores[cell]);
    else if (weight === "area") amount = cells.areas[cell];
    sums[cells.classes[cell]] += amount;
  }
  return sums;
}

/**
 * Return the index of the winning class, -1 when undetected.
 * @param {number[]} sums  of `weigh`, classes in the order of the configuration
 * @param {{priority: number[], ties: number[]}} rule  class indices, the strongest claim first
 */
export function vote(sums, rule) {
  for (const index of rule.priority) if (sums[index] > 0) return index;
  const most = Math.max(0, ...sums);
  if (most <= 0) return -1;
  for (const index of rule.ties) if (sums[index] === most) return index;
  return sums.indexOf(most);
}
