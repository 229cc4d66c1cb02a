// Tables: sorted by a press on a head, saved as CSV, explained by a tooltip; raw tables are made when opened.
import { study } from "./study.js";

/** Return the rows of a CSV text; quoted fields may hold commas, quotes and line ends. */
export function parseCsv(text) {
  const rows = [[]];
  const field = /("(?:[^"]|"")*"|[^",\n\r]*)(,|\r?\n|$)/y;
  while (field.lastIndex < text.length) {
    const [, value, end] = field.exec(text) ?? ["", "", ""];
    if (field.lastIndex === 0) break; // not CSV
    rows.at(-1).push(value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value);
    if (end.endsWith("\n") && field.lastIndex < text.length) rows.push([]);
    if (end === "") break;
  }
  return rows;
}

function save(name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([study.tables[name]], { type: "text/csv" }));
  link.download = `${name}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

const valueOf = (cell) => {
  const value = cell.dataset.value ?? cell.textContent.trim();
  return value !== "" && Number.isFinite(Number(value)) ? Number(value) : value;
};

function compare(a, b) {
  if (a === "" || b === "") return Number(a === "") - Number(b === ""); // what is undefined comes last
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b), undefined, { numeric: true });
}

function sortBy(table, column) {
  const heads = [...table.tHead.rows[0].cells];
  const falling = heads[column].getAttribute("aria-sort") === "descending";
  const first = heads[column].getAttribute("aria-sort") === null && column > 0; // numbers: the largest first
  const way = first || (!falling && heads[column].getAttribute("aria-sort") === "ascending") ? "descending" : "ascending";
  heads.forEach((head) => head.removeAttribute("aria-sort"));
  heads[column].setAttribute("aria-sort", way);
  const sign = way === "ascending" ? 1 : -1;
  const rows = [...table.tBodies[0].rows].map((row) => [valueOf(row.cells[column]), row]);
  rows.sort(([a], [b]) => (a === "" || b === "" ? compare(a, b) : sign * compare(a, b)));
  table.tBodies[0].append(...rows.map(([, row]) => row));
}

const MOST_ROWS = 300;

/** Make the table behind a plot when its fold is opened. */
function fill(details) {
  const { table: name } = details.dataset;
  const [head, ...rows] = parseCsv(study.tables[name]);
  const table = document.createElement("table");
  const heads = table.createTHead().insertRow();
  for (const text of head) {
    const cell = heads.appendChild(document.createElement("th"));
    cell.scope = "col";
    cell.textContent = text;
  }
  const body = table.createTBody();
  for (const row of rows.slice(0, MOST_ROWS)) {
    const line = body.insertRow();
    for (const text of row) line.insertCell().textContent = text;
  }
  const scroll = document.createElement("div");
  scroll.className = "scroll";
  scroll.tabIndex = 0;
  scroll.setAttribute("role", "region");
  scroll.setAttribute("aria-label", `Table ${name}`);
  scroll.append(table);
  const button = document.createElement("button");
  button.type = "button";
  button.className = "plain";
  button.textContent = rows.length > MOST_ROWS ? `CSV (all ${rows.length} rows; ${MOST_ROWS} are shown)` : "CSV";
  button.addEventListener("click", () => save(name));
  details.append(button, scroll);
}

function startTooltip() {
  const tip = document.getElementById("tooltip");
  const show = (event) => {
    const owner = event.target.closest?.("[data-tip]");
    if (!owner) return;
    tip.textContent = owner.dataset.tip;
    tip.hidden = false;
    owner.setAttribute("aria-describedby", "tooltip");
    const box = owner.getBoundingClientRect();
    const { width, height } = tip.getBoundingClientRect();
    tip.style.left = `${Math.max(8, Math.min(box.left, innerWidth - width - 8))}px`;
    tip.style.top = `${box.top - height - 8 > 0 ? box.top - height - 8 : box.bottom + 8}px`;
  };
  const hide = (event) => {
    event.target.closest?.("[data-tip]")?.removeAttribute("aria-describedby");
    tip.hidden = true;
  };
  for (const name of ["pointerover", "focusin"]) document.addEventListener(name, show);
  for (const name of ["pointerout", "focusout", "scroll"]) document.addEventListener(name, name === "scroll" ? () => { tip.hidden = true; } : hide);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") tip.hidden = true;
  });
}

/** Start the tables. */
export function startTables() {
  for (const table of document.querySelectorAll("table.sortable")) {
    [...table.tHead.rows[0].cells].forEach((head, column) => head.addEventListener("click", () => sortBy(table, column)));
  }
  for (const button of document.querySelectorAll("button.csv")) button.addEventListener("click", () => save(button.dataset.table));
  for (const details of document.querySelectorAll("details.raw")) {
    details.addEventListener("toggle", () => fill(details), { once: true });
  }
  startTooltip();
}
