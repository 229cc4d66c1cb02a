// Every control of the viewer, its keys, and the legend.
import { fit, zoomBy } from "./camera.js";
import { change, onChange, state } from "./state.js";
import { study } from "./study.js";
import { step } from "./strip.js";

export const byId = (id) => document.getElementById(id);

/** Add an option for each name; the value is its number. */
export function addOptions(select, names) {
  names.forEach((name, number) => select.add(new Option(name, String(number))));
}

const toNumber = (value) => (value === "" ? "" : Number(value));
// id of a select -> key of the state, and how its value is read
const SELECTS = {
  filter: ["filter", String],
  class: ["label", toNumber],
  patient: ["patient", String],
  judge: ["judge", toNumber],
  sort: ["sort", String],
  seed: ["seed", Number],
  mode: ["mode", String],
  first: ["first", Number],
  second: ["second", Number],
};

function fillSelects() {
  const methods = study.methods.map((method) => method.name);
  addOptions(byId("class"), study.classes);
  for (const patient of [...new Set(study.images.map((image) => image.patient))].sort()) {
    if (patient) byId("patient").add(new Option(patient, patient));
  }
  for (const id of ["judge", "first", "second"]) addOptions(byId(id), methods);
  addOptions(byId("seed"), study.seeds.map(String));
  byId("seed-label").hidden = study.seeds.length < 2;
  for (const [id, [key, read]] of Object.entries(SELECTS)) {
    byId(id).addEventListener("change", (event) => change({ [key]: read(event.target.value) }));
  }
}

function fillBoxes() {
  for (const box of byId("layers").querySelectorAll("input")) {
    box.addEventListener("change", () => toggleLayer(box.value));
  }
  study.methods.forEach((method, number) => {
    const label = document.createElement("label");
    const box = label.appendChild(document.createElement("input"));
    box.type = "checkbox";
    box.value = String(number);
    label.append(method.name);
    box.addEventListener("change", () => {
      const boxes = [...byId("shown").querySelectorAll("input:checked")];
      change({ methods: boxes.length ? boxes.map((one) => Number(one.value)) : [number] });
      follow();
    });
    byId("shown").append(label);
  });
}

function toggleLayer(name) {
  const layers = new Set(state.layers);
  if (!layers.delete(name)) layers.add(name);
  change({ layers });
}

function setThreshold(value) {
  change({ threshold: Math.min(0.99, Math.max(0.05, Math.round(value * 100) / 100)) });
}

/** Bring all controls in step with the state. */
function follow() {
  for (const [id, [key]] of Object.entries(SELECTS)) byId(id).value = String(state[key]);
  for (const box of byId("layers").querySelectorAll("input")) box.checked = state.layers.has(box.value);
  for (const box of byId("shown").querySelectorAll("input")) box.checked = state.methods.includes(Number(box.value));
  byId("threshold").value = String(state.threshold);
  byId("threshold-value").textContent = state.threshold.toFixed(2);
  byId("zoom-value").textContent = `${state.zoom.toFixed(1)}\u00d7`;
  const single = state.mode !== "side";
  document.querySelector(".pair").hidden = !single;
  document.querySelector(".divider").hidden = state.mode !== "swipe";
  byId("pause").hidden = state.mode !== "flicker";
  byId("pause").textContent = state.paused ? "start" : "pause";
  byId("shown").hidden = single;
}

const KEYS = {
  ArrowLeft: () => step(-1),
  ArrowRight: () => step(1),
  "+": () => zoomBy(1.25),
  "=": () => zoomBy(1.25),
  "-": () => zoomBy(0.8),
  0: fit,
  m: () => toggleLayer("mask"),
  b: () => toggleLayer("box"),
  c: () => toggleLayer("name"),
  s: () => toggleLayer("score"),
  t: () => toggleLayer("truth"),
  f: () => change({ mode: "flicker" }),
  w: () => change({ mode: "swipe" }),
  d: () => change({ mode: "side" }),
  "[": () => setThreshold(state.threshold - 0.01),
  "]": () => setThreshold(state.threshold + 0.01),
};

function listenKeys(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey && event.key.startsWith("Arrow")) return;
  if (event.target.closest("input, select, textarea, button, summary, .scroll")) return;
  const act = KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

function fillLegend() {
  const entries = study.classes.map((name, number) => [`${name}, found`, study.classColours[number % study.classColours.length], ""]);
  entries.push(["true cell (truth on)", "", "true"], ["missed cell (truth on)", "#ffe600", ""]);
  for (const [text, shade, kind] of entries) {
    const item = byId("legend").appendChild(document.createElement("li"));
    const mark = item.appendChild(document.createElement("span"));
    mark.className = kind;
    if (!kind) mark.style.borderColor = shade;
    item.append(text);
  }
}

/** Start the controls. */
export function startControls() {
  fillSelects();
  fillBoxes();
  fillLegend();
  byId("threshold").addEventListener("input", (event) => setThreshold(Number(event.target.value)));
  byId("threshold-reset").addEventListener("click", () => change({ threshold: study.threshold }));
  byId("zoom-in").addEventListener("click", () => zoomBy(1.5));
  byId("zoom-out").addEventListener("click", () => zoomBy(1 / 1.5));
  byId("zoom-fit").addEventListener("click", fit);
  byId("divider").addEventListener("input", (event) => change({ divider: Number(event.target.value) / 100 }));
  byId("pause").addEventListener("click", () => change({ paused: !state.paused }));
  byId("side-by-side").addEventListener("keydown", listenKeys);
  onChange(follow);
  follow();
}
