// The study as the page holds it, and what is judged of it at a score threshold.
import { vote, weigh } from "./vote.js";

/** The document of report/study_data.py; see there for its fields. */
export const study = JSON.parse(document.getElementById("data").textContent);

/**
 * Return what an image's cells amount to after a method, at a threshold.
 * As matching goes by falling score, the matches above any threshold are those of the whole list.
 */
export function judge(seed, method, image, threshold) {
  const found = study.runs[seed][method][image];
  const { label, truth } = study.images[image];
  const counts = weigh(found, "count", study.classes.length, threshold);
  const { weight } = study.rule;
  const sums = weight === "count" ? counts : weigh(found, weight, study.classes.length, threshold);
  const winner = vote(sums, study.rule);
  const result = { counts, vote: winner, right: label < 0 ? null : winner === label };
  return Object.assign(result, cellErrors(found, truth, threshold));
}

/** Return how many cells are missed, false and of a wrong class; null where the image is not annotated. */
function cellErrors(found, truth, threshold) {
  if (!truth) return { missed: null, falseCells: null, wrongClass: null };
  let owned = 0;
  let falseCells = 0;
  let wrongClass = 0;
  for (let cell = 0; cell < found.scores.length; cell += 1) {
    if (found.scores[cell] < threshold) continue;
    const owner = found.owner[cell];
    if (owner < 0) falseCells += 1;
    else {
      owned += 1;
      if (truth.classes[owner] !== found.classes[cell]) wrongClass += 1;
    }
  }
  return { missed: truth.classes.length - owned, falseCells, wrongClass };
}

/** Return the judgements of all images: an array by method of arrays by image. */
export function judgeAll(seed, threshold) {
  return study.methods.map((_, method) =>
    study.images.map((_image, image) => judge(seed, method, image, threshold)),
  );
}

/** Return the whole study's rates of one method. */
export function summary(judged) {
  const labelled = judged.filter((one) => one.right !== null);
  const total = (name) => judged.reduce((sum, one) => sum + (one[name] ?? 0), 0);
  return {
    accuracy: labelled.length ? labelled.filter((one) => one.right).length / labelled.length : null,
    undetected: judged.filter((one) => one.vote < 0).length,
    missed: total("missed"),
    falseCells: total("falseCells"),
  };
}

/**
 * Return what one detection is: "correct", "wrong" (class), "duplicate", "false", or "unknown" without truth.
 */
export function verdictOf(found, cell, truth) {
  if (!truth) return "unknown";
  const owner = found.owner[cell];
  if (owner >= 0) return truth.classes[owner] === found.classes[cell] ? "correct" : "wrong";
  return found.near[cell] >= 0 ? "duplicate" : "false";
}

/** Return the indices of the true cells that nothing above the threshold was matched to. */
export function missedCells(found, truth, threshold) {
  const owned = new Set(found.owner.filter((_, cell) => found.scores[cell] >= threshold));
  return truth.classes.map((_, cell) => cell).filter((cell) => !owned.has(cell));
}

/** Return a class's name; the vote of no cell is "undetected". */
export function className(index) {
  return index < 0 ? "undetected" : study.classes[index];
}
