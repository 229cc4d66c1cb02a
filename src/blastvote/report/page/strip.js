// The strip of thumbnails: which images are listed, in which order, how many methods go wrong on each.
import { change, onChange, state } from "./state.js";
import { judgeAll, study, summary } from "./study.js";

const strip = document.getElementById("strip");
const items = [];

/** Judgements of the whole study at the chosen threshold, by method and image. */
export let judged = [];
let listed = [];

/** Return the methods that the filters look at. */
function judges() {
  return state.judge === "" ? study.methods.map((_, number) => number) : [state.judge];
}

// A method that changes nothing by design ("none") says nothing about an image.
const idle = study.methods.map((_, method) => study.images.every((image) => image.unchanged.includes(method)));

const FILTERS = {
  all: () => true,
  disagree: (image) => new Set(study.methods.map((_, method) => judged[method][image].vote)).size > 1,
  wrong: (image) => judges().some((method) => judged[method][image].right === false),
  undetected: (image) => judges().some((method) => judged[method][image].vote < 0),
  missed: (image) => judges().some((method) => judged[method][image].missed > 0),
  false: (image) => judges().some((method) => judged[method][image].falseCells > 0),
  touching: (image) => (study.images[image].truth?.touching.length ?? 0) > 0,
  unchanged: (image) => judges().some((m) => !idle[m] && study.images[image].unchanged.includes(m)),
};

/** Return how wrong an image is: wrong votes first, then errors with cells. */
function errors(image) {
  return judges().reduce((sum, method) => {
    const one = judged[method][image];
    return sum + (one.right === false ? 1000 : 0) + (one.missed ?? 0) + (one.falseCells ?? 0) + (one.wrongClass ?? 0);
  }, 0);
}

function choose() {
  const keep = FILTERS[state.filter] ?? FILTERS.all;
  listed = study.images
    .map((_, number) => number)
    .filter((n) => state.label === "" || study.images[n].label === state.label)
    .filter((n) => state.patient === "" || study.images[n].patient === state.patient)
    .filter(keep);
  if (state.sort === "errors") listed.sort((a, b) => errors(b) - errors(a) || a - b);
}

function badge(number) {
  const methods = judges();
  const known = study.images[number].label >= 0;
  const wrong = methods.filter((method) => judged[method][number].right === false).length;
  const item = items[number];
  item.mark.textContent = known ? (wrong ? String(wrong) : "\u2713") : "?";
  item.mark.className = `badge${known ? (wrong ? "" : " right") : " unknown"}`;
  const words = known ? `${wrong} of ${methods.length} methods wrong` : "true class unknown";
  item.element.setAttribute("aria-label", `${study.images[number].id}: ${words}`);
  item.element.title = `${study.images[number].id}: ${words}`;
}

function list() {
  choose();
  strip.replaceChildren(...listed.map((number) => items[number].element));
  document.getElementById("count").textContent = `${listed.length} of ${study.images.length} images`;
  mark();
}

function mark() {
  items.forEach(({ element }, number) => element.setAttribute("aria-selected", String(number === state.image)));
  const { element } = items[state.image];
  if (element.isConnected) {
    strip.setAttribute("aria-activedescendant", element.id);
    const middle = element.offsetLeft - strip.offsetLeft - (strip.clientWidth - element.offsetWidth) / 2;
    strip.scrollTo({ left: middle });
  } else strip.removeAttribute("aria-activedescendant");
}

/** Return the images before and after the chosen one, as they are listed. */
export function neighbours() {
  const at = listed.indexOf(state.image);
  return [at + 1, at - 1].filter((n) => n >= 0 && n < listed.length).map((n) => listed[n]);
}

/** Go to the next (1) or previous (-1) listed image. */
export function step(way) {
  if (!listed.length) return;
  const at = listed.indexOf(state.image);
  const next = at < 0 ? 0 : Math.min(listed.length - 1, Math.max(0, at + way));
  change({ image: listed[next] });
}

function judgeStudy() {
  judged = judgeAll(state.seed, state.threshold);
  const body = document.querySelector("#study tbody");
  const rows = judged.map((ofMethod, method) => {
    const row = document.createElement("tr");
    const head = row.appendChild(document.createElement("th"));
    head.scope = "row";
    const swatch = head.appendChild(document.createElement("span"));
    swatch.className = `swatch method-${method % study.methodColours}`;
    head.append(study.methods[method].name);
    const { accuracy, undetected, missed, falseCells } = summary(ofMethod);
    const share = accuracy === null ? "" : `${(100 * accuracy).toFixed(1)} %`;
    for (const text of [share, undetected, missed, falseCells]) row.appendChild(document.createElement("td")).textContent = text;
    return row;
  });
  body.replaceChildren(...rows);
}

/** Start the strip; call it before whatever reads `judged`. */
export function startStrip() {
  study.images.forEach((image, number) => {
    const element = document.createElement("li");
    element.id = `image-${number}`;
    element.setAttribute("role", "option");
    const small = element.appendChild(document.createElement("img"));
    small.src = study.thumbnails[number];
    small.alt = "";
    small.width = Math.round((72 * image.width) / image.height);
    small.height = 72;
    const mark = element.appendChild(document.createElement("span"));
    element.addEventListener("click", () => change({ image: number }));
    items.push({ element, mark });
  });
  const all = () => {
    judgeStudy();
    items.forEach((_, number) => badge(number));
    list();
  };
  all();
  onChange((keys) => {
    if (keys.has("threshold") || keys.has("seed")) all();
    else if (keys.has("judge")) {
      items.forEach((_, number) => badge(number));
      list();
    } else if (["filter", "label", "patient", "sort"].some((key) => keys.has(key))) list();
    else if (keys.has("image")) mark();
  });
}
