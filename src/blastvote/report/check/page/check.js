// The check's page: filters, the order of the gallery, and pictures enlarged.
import { startTheme } from "./theme.js";
import { startEnlarged } from "./enlarged.js";

const element = (id) => document.getElementById(id);
const cards = () => [...document.querySelectorAll(".cards-small .card")];

/** Put a small copy of its picture beside each finding; the page holds every picture once. */
function pictureFindings() {
  const pictures = new Map(cards().map((card) => [card.dataset.number, card.querySelector(".picture")]));
  for (const button of document.querySelectorAll("button.look")) {
    button.append(pictures.get(button.dataset.image).cloneNode(true));
    button.querySelector("img")?.setAttribute("alt", "");
  }
}

function filterFindings() {
  const [severity, kind] = [element("severity").value, element("kind").value];
  const rows = [...document.querySelectorAll(".findings tbody tr")];
  for (const row of rows) {
    row.hidden = (severity && row.dataset.severity !== severity) || (kind && row.dataset.kind !== kind);
  }
  element("finding-count").textContent = `${rows.filter((row) => !row.hidden).length} of ${rows.length} findings`;
}

/** Return the number by which a card is sorted; what was not measured comes last. */
function place(card, key) {
  const value = card.dataset[key];
  if (value === "") return Infinity;
  return key === "findings" ? -Number(value) : Number(value);
}

function arrange() {
  const [label, key, only] = [element("label").value, element("sort").value, element("only").checked];
  const all = cards().sort((a, b) => place(a, "number") - place(b, "number"));
  if (key !== "id") all.sort((a, b) => place(a, key) - place(b, key));
  for (const card of all) {
    card.hidden = (label && card.dataset.label !== label) || (only && card.dataset.findings === "0");
  }
  document.querySelector(".cards-small").append(...all);
  element("image-count").textContent = `${all.filter((card) => !card.hidden).length} of ${all.length} images`;
}

function setOutlines(shown) {
  document.body.classList.toggle("no-outlines", !shown);
  element("outlines").checked = shown;
}

startTheme();
pictureFindings();
if (element("severity")) {
  for (const id of ["severity", "kind"]) element(id).addEventListener("change", filterFindings);
  filterFindings();
}
for (const id of ["label", "sort", "only"]) element(id).addEventListener("change", arrange);
element("outlines").addEventListener("change", () => setOutlines(element("outlines").checked));
element("brighten").addEventListener("change", (event) => document.body.classList.toggle("brighten", event.target.checked));
arrange();
startEnlarged(() => setOutlines(!element("outlines").checked));
document.documentElement.dataset.ready = "true";
document.documentElement.dataset.shown = "true";
