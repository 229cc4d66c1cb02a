// Crops of single cells, by what became of them; a press shows the cell in its image.
import { lookAt } from "./camera.js";
import { levelFor, picture } from "./images.js";
import { outline } from "./masks.js";
import { addOptions, byId } from "./controls.js";
import { change, onChange, state } from "./state.js";
import { className, missedCells, study, verdictOf } from "./study.js";

const PAGE = 48;
const SIDE = 112; // pixels of a crop

let cells = [];
let shown = 0;

/** Return the chosen cells: {image, method, mask, label, score, words}. */
function collect() {
  const kind = byId("cell-kind").value;
  const wanted = byId("cell-class").value === "" ? null : Number(byId("cell-class").value);
  const method = Number(byId("cell-method").value);
  const result = [];
  study.images.forEach((image, number) => {
    const found = study.runs[state.seed][method][number];
    if (!image.truth) return;
    const add = (mask, label, score, words) => {
      if (wanted === null || wanted === label) result.push({ image: number, method, mask, label, score, words });
    };
    if (kind === "missed") {
      for (const cell of missedCells(found, image.truth, state.threshold)) {
        const label = image.truth.classes[cell];
        add(image.truth.masks[cell], label, 0, className(label));
      }
      return;
    }
    found.scores.forEach((score, cell) => {
      if (score < state.threshold) return;
      const verdict = verdictOf(found, cell, image.truth).replace("duplicate", "false");
      if (verdict !== kind) return;
      const name = className(found.classes[cell]);
      const is = verdict === "wrong" ? `, is ${className(image.truth.classes[found.owner[cell]])}` : "";
      add(found.masks[cell], found.classes[cell], score, `${name} ${score.toFixed(2)}${is}`);
    });
  });
  const way = byId("cell-sort").value === "rising" ? 1 : -1;
  return result.sort((a, b) => way * (a.score - b.score) || a.image - b.image);
}

async function crop(canvas, cell, shape) {
  const image = study.images[cell.image];
  const levels = await picture(study.sources[cell.method][cell.image], image.width * image.height);
  const side = Math.max(shape.width, shape.height) * 1.4;
  const scale = SIDE / side;
  const level = levelFor(levels, scale);
  const context = canvas.getContext("2d", { alpha: false });
  const [left, top] = [shape.x + shape.width / 2 - side / 2, shape.y + shape.height / 2 - side / 2];
  context.fillStyle = "#777";
  context.fillRect(0, 0, SIDE, SIDE);
  context.setTransform(scale, 0, 0, scale, -left * scale, -top * scale);
  context.drawImage(level, 0, 0, image.width, image.height);
  context.lineWidth = 1.5 / scale;
  context.strokeStyle = study.classColours[cell.label % study.classColours.length];
  context.stroke(shape.path);
}

function card(cell) {
  const image = study.images[cell.image];
  const shape = outline(cell.mask, image.height);
  const item = document.createElement("li");
  const button = item.appendChild(document.createElement("button"));
  button.type = "button";
  const canvas = button.appendChild(document.createElement("canvas"));
  canvas.width = SIDE;
  canvas.height = SIDE;
  button.append(cell.words);
  button.appendChild(document.createElement("small")).textContent = image.id;
  if (!shape) return item;
  watcher.observe(canvas);
  undrawn.set(canvas, [cell, shape]);
  button.addEventListener("click", () => {
    const camera = lookAt(image, shape.x + shape.width / 2, shape.y + shape.height / 2, shape.width, shape.height);
    const methods = state.methods.includes(cell.method) ? state.methods : [...state.methods, cell.method].sort((a, b) => a - b);
    change({ image: cell.image, methods, mode: "side", ...camera });
    byId("image-title").scrollIntoView();
    byId("panes").focus({ preventScroll: true });
  });
  return item;
}

const undrawn = new Map();
const watcher = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting || !undrawn.has(target)) continue;
    watcher.unobserve(target);
    crop(target, ...undrawn.get(target)).catch(() => {});
    undrawn.delete(target);
  }
}, { rootMargin: "300px" });

function more() {
  const next = cells.slice(shown, shown + PAGE).map(card);
  byId("gallery").append(...next);
  shown += next.length;
  byId("more-cells").hidden = shown >= cells.length;
}

function refill() {
  cells = collect();
  shown = 0;
  for (const canvas of undrawn.keys()) watcher.unobserve(canvas);
  undrawn.clear();
  byId("gallery").replaceChildren();
  byId("cell-count").textContent = `${cells.length} ${cells.length === 1 ? "cell" : "cells"}`;
  more();
}

/** Start the gallery. It is filled when it comes near, and again a little after the threshold rests. */
export function startGallery() {
  addOptions(byId("cell-class"), study.classes);
  addOptions(byId("cell-method"), study.methods.map((method) => method.name));
  for (const id of ["cell-kind", "cell-class", "cell-method", "cell-sort"]) byId(id).addEventListener("change", refill);
  byId("more-cells").addEventListener("click", more);
  let timer = 0;
  const near = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    near.disconnect();
    refill();
    onChange((keys) => {
      if (!keys.has("threshold") && !keys.has("seed")) return;
      clearTimeout(timer);
      timer = setTimeout(refill, 250);
    });
  }, { rootMargin: "600px" });
  near.observe(byId("cells"));
}
