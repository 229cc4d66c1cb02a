// All panes of the chosen image: built for the mode, redrawn together.
import { moveBy } from "./camera.js";
import { Pane } from "./pane.js";
import { onChange, state } from "./state.js";
import { className, judge, study } from "./study.js";
import { picture } from "./images.js";
import { neighbours } from "./strip.js";

const holder = document.getElementById("panes");
const FLICKER_MS = 700; // well below three flashes a second

let panes = [];
let waiting = false;
let blink = 0;
let point = null;

/** Draw all panes before the next frame. */
export function redraw() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    for (const pane of panes) pane.draw();
    document.documentElement.dataset.frames = String(Number(document.documentElement.dataset.frames ?? 0) + 1);
  });
}

function hover(at) {
  point = at;
  const right = at && panes[0] && atRight(at);
  for (const pane of panes) pane.point(at && { ...at, right });
  redraw();
}

/** Return whether a point of the image lies right of the swipe's divider. */
function atRight(at) {
  const { width, height } = study.images[state.image];
  const { clientWidth, clientHeight } = panes[0].canvas;
  const scale = Math.min(clientWidth / width, clientHeight / height) * state.zoom;
  return clientWidth / 2 + (at.x - state.x) * width * scale > clientWidth * state.divider;
}

function build() {
  clearInterval(blink);
  const { mode, methods, first, second } = state;
  const sets = { side: methods.map((method) => [method]), flicker: [[first]], swipe: [[first, second]] };
  panes = sets[mode].map((set) => new Pane(set, hover));
  holder.classList.toggle("single", mode !== "side");
  holder.style.setProperty("--columns", String(columns(panes.length)));
  holder.replaceChildren(...panes.map((pane) => pane.element));
  if (mode === "flicker" && !state.paused) blink = setInterval(flick, FLICKER_MS);
}

/** Return how many panes stand beside each other: as many as stay 200 pixels wide. */
function columns(number) {
  const most = Math.max(1, Math.floor(holder.clientWidth / 210));
  return Math.max(1, Math.min(most, Math.ceil(number / Math.ceil(number / most))));
}

function flick() {
  const [pane] = panes;
  pane.methods = [pane.methods[0] === state.first ? state.second : state.first];
  pane.element.className = `pane method-${pane.methods[0] % study.methodColours}`;
  pane.show(redraw);
  describe();
}

function describe() {
  for (const pane of panes) pane.describe(judge(state.seed, pane.methods[0], state.image, state.threshold));
}

function showImage() {
  const image = study.images[state.image];
  const title = document.getElementById("image-title");
  const facts = [`true class ${image.label < 0 ? "unknown" : className(image.label)}`];
  if (image.patient) facts.push(`patient ${image.patient}`);
  facts.push(image.truth ? `${image.truth.classes.length} true cells` : "not annotated");
  facts.push(`${image.width} \u00d7 ${image.height} pixels`);
  if (image.seen) facts.push("a copy was trained on");
  const same = image.unchanged.map((method) => study.methods[method].name);
  if (same.length) facts.push(`left unchanged by ${same.join(", ")}`);
  const name = document.createElement("span");
  name.textContent = image.id;
  const small = document.createElement("small");
  small.textContent = facts.join(" \u00b7 ");
  title.replaceChildren(name, small);
  holder.style.setProperty("--aspect", `${image.width} / ${image.height}`);
  for (const pane of panes) pane.show(redraw);
  describe();
  redraw();
  Promise.all(panes.map((pane) => pane.loaded)).then(() => {
    document.documentElement.dataset.shown = image.id;
    for (const next of neighbours()) prefetch(next);
  });
}

function prefetch(number) {
  const { width, height } = study.images[number];
  if (width * height > 4e6) return; // large photographs would push each other out
  for (const method of state.methods) picture(study.sources[method][number], width * height).catch(() => {});
}

const touch = () => {
  // A finger moves the image once it is larger than its pane; before that, it scrolls the page.
  for (const pane of panes) pane.canvas.style.touchAction = state.zoom > 1 ? "none" : "pan-x pan-y";
};

/** Start the panes. */
export function startPanes() {
  state.divider = 0.5;
  state.paused = matchMedia("(prefers-reduced-motion: reduce)").matches;
  build();
  showImage();
  touch();
  onChange((keys) => {
    const has = (...names) => names.some((name) => keys.has(name));
    if (has("mode", "methods", "first", "second", "paused")) build();
    if (has("image", "mode", "methods", "first", "second", "paused")) showImage();
    else if (has("threshold", "seed")) describe();
    if (has("image", "threshold", "seed")) hover(has("image") ? null : point);
    touch();
    redraw();
  });
  new ResizeObserver(() => {
    holder.style.setProperty("--columns", String(columns(panes.length)));
    redraw();
  }).observe(holder);
  holder.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!way || !event.shiftKey) return;
    event.preventDefault();
    moveBy((way[0] * 0.15) / state.zoom, (way[1] * 0.15) / state.zoom);
  });
}
