// What the reader has chosen. It lives in the page's address, so that a link brings it back.
import { study } from "./study.js";

const LAYERS = ["mask", "box", "name", "score", "truth"];

function defaults() {
  return {
    image: 0,
    methods: study.methods.map((_, number) => number),
    seed: 0,
    threshold: study.threshold,
    zoom: 1,
    x: 0.5,
    y: 0.5,
    filter: "all",
    label: "",
    patient: "",
    judge: "",
    sort: "name",
    mode: "side",
    first: 0,
    second: Math.min(1, study.methods.length - 1),
    layers: new Set(["mask", "name"]),
  };
}

export const state = defaults();

const listeners = [];
let timer = 0;

/** Call `listener(keys)` after each change, with the set of what changed. */
export function onChange(listener) {
  listeners.push(listener);
}

/** Change the state, tell everyone, and keep the address in step. */
export function change(patch) {
  const keys = new Set(Object.keys(patch).filter((key) => state[key] !== patch[key]));
  if (!keys.size) return;
  Object.assign(state, patch);
  for (const listener of listeners) listener(keys);
  // Browsers refuse more than some 100 addresses in half a minute: a drag writes one, at its end.
  clearTimeout(timer);
  timer = setTimeout(writeAddress, 200);
}

function writeAddress() {
  const usual = defaults();
  const link = new URLSearchParams();
  link.set("image", study.images[state.image].id);
  const put = (key, value, other) => value !== other && link.set(key, value);
  put("methods", state.methods.map((n) => study.methods[n].key).join(","), usual.methods.map((n) => study.methods[n].key).join(","));
  put("seed", String(study.seeds[state.seed]), String(study.seeds[0]));
  put("score", String(state.threshold), String(usual.threshold));
  for (const key of ["zoom", "x", "y"]) put(key, state[key].toFixed(3), usual[key].toFixed(3));
  for (const key of ["filter", "patient", "sort", "mode"]) put(key, state[key], usual[key]);
  put("class", state.label === "" ? "" : study.classes[state.label], "");
  put("judge", state.judge === "" ? "" : study.methods[state.judge].key, "");
  if (state.mode !== "side") link.set("pair", [state.first, state.second].map((n) => study.methods[n].key).join(","));
  put("show", LAYERS.filter((name) => state.layers.has(name)).join(","), LAYERS.filter((name) => usual.layers.has(name)).join(","));
  history.replaceState(null, "", `#${link}`);
}

/** Return the number in `text` within bounds, else null. */
function number(text, low, high) {
  const value = Number(text);
  return text === null || text === "" || !Number.isFinite(value) ? null : Math.min(high, Math.max(low, value));
}

/** Take over what the page's address says; what is unknown in it is left as it is. */
export function readAddress() {
  if (!location.hash.includes("=")) return; // a heading of the page
  const link = new URLSearchParams(location.hash.slice(1));
  const wanted = defaults();
  const method = (key) => study.methods.findIndex((one) => one.key === key);
  const methods = (link.get("methods") ?? "").split(",").map(method).filter((n) => n >= 0);
  const place = (list, value) => Math.max(0, list.indexOf(value));
  wanted.image = place(study.images.map((image) => image.id), link.get("image"));
  if (methods.length) wanted.methods = methods;
  wanted.seed = place(study.seeds.map(String), link.get("seed"));
  wanted.threshold = number(link.get("score"), 0, 1) ?? wanted.threshold;
  wanted.zoom = number(link.get("zoom"), 1, 64) ?? 1;
  wanted.x = number(link.get("x"), 0, 1) ?? 0.5;
  wanted.y = number(link.get("y"), 0, 1) ?? 0.5;
  for (const key of ["filter", "patient", "sort", "mode"]) wanted[key] = link.get(key) ?? wanted[key];
  const label = study.classes.indexOf(link.get("class"));
  if (label >= 0) wanted.label = label;
  if (method(link.get("judge")) >= 0) wanted.judge = method(link.get("judge"));
  const pair = (link.get("pair") ?? "").split(",").map(method).filter((n) => n >= 0);
  if (pair.length === 2) [wanted.first, wanted.second] = pair;
  if (link.has("show")) wanted.layers = new Set(link.get("show").split(",").filter((name) => LAYERS.includes(name)));
  change(wanted);
}
