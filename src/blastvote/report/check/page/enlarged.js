// One picture, large: wheel, pinch, drag and keys move it; the next and the previous one are a key away.

const view = { zoom: 1, x: 0, y: 0 };
let shown = null;
let neighbours = [];

const stage = () => document.getElementById("stage");

/** Fit the picture into the stage, then apply zoom and offset. */
function draw() {
  const picture = stage().querySelector(".picture");
  if (!picture) return;
  const box = stage().getBoundingClientRect();
  const [width, height] = [Number(picture.dataset.width) || 1, Number(picture.dataset.height) || 1];
  const fit = Math.min(box.width / width, box.height / height);
  picture.style.width = `${width * fit}px`;
  const left = (box.width - width * fit * view.zoom) / 2 + view.x;
  const top = (box.height - height * fit * view.zoom) / 2 + view.y;
  picture.style.transform = `translate(${left}px, ${top}px) scale(${view.zoom})`;
}

/** Zoom by a factor and keep the point `x, y` of the stage (from its middle) where it is. */
function zoomBy(factor, x = 0, y = 0) {
  const zoom = Math.min(20, Math.max(1, view.zoom * factor));
  const change = zoom / view.zoom;
  view.x = zoom === 1 ? 0 : x - (x - view.x) * change;
  view.y = zoom === 1 ? 0 : y - (y - view.y) * change;
  view.zoom = zoom;
  draw();
}

function show(card) {
  shown = card;
  Object.assign(view, { zoom: 1, x: 0, y: 0 });
  document.getElementById("enlarged-title").textContent = card.dataset.id;
  document.getElementById("about").textContent = [...card.querySelectorAll("figcaption small")].map((one) => one.textContent.trim()).join("; ");
  stage().replaceChildren(card.querySelector(".picture").cloneNode(true));
  draw();
}

function open(card, among) {
  neighbours = among;
  document.getElementById("enlarged").showModal();
  show(card);
}

function step(by) {
  const all = neighbours.filter((card) => !card.hidden);
  const next = all[(all.indexOf(shown) + by + all.length) % all.length];
  if (next) show(next);
}

function startPointers() {
  const pointers = new Map();
  const middle = (event) => {
    const box = stage().getBoundingClientRect();
    return [event.clientX - box.left - box.width / 2, event.clientY - box.top - box.height / 2];
  };
  stage().addEventListener("wheel", (event) => {
    event.preventDefault();
    zoomBy(Math.exp(-event.deltaY / 400), ...middle(event));
  }, { passive: false });
  stage().addEventListener("pointerdown", (event) => {
    pointers.set(event.pointerId, event);
    stage().setPointerCapture(event.pointerId);
  });
  stage().addEventListener("pointermove", (event) => {
    const before = pointers.get(event.pointerId);
    if (!before) return;
    if (pointers.size === 2) {
      const other = [...pointers.values()].find((one) => one.pointerId !== event.pointerId);
      const gap = (one) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
      zoomBy(gap(event) / Math.max(1, gap(before)), ...middle(event));
    } else if (view.zoom > 1) {
      view.x += event.clientX - before.clientX;
      view.y += event.clientY - before.clientY;
      draw();
    }
    pointers.set(event.pointerId, event);
  });
  for (const name of ["pointerup", "pointercancel"]) stage().addEventListener(name, (event) => pointers.delete(event.pointerId));
}

const MOVES = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };

function onKey(event, toggle) {
  const { key, shiftKey } = event;
  if (key === "+" || key === "=") zoomBy(1.3);
  else if (key === "-") zoomBy(1 / 1.3);
  else if (key === "o") toggle();
  else if (key in MOVES && shiftKey) {
    view.x += MOVES[key][0];
    view.y += MOVES[key][1];
    draw();
  } else if (key === "ArrowLeft") step(-1);
  else if (key === "ArrowRight") step(1);
  else return;
  event.preventDefault();
}

/** Make every picture open when pressed; `toggle` shows and hides the outlines. */
export function startEnlarged(toggle) {
  const dialog = document.getElementById("enlarged");
  for (const group of document.querySelectorAll(".cards-small, .cards-large")) {
    group.addEventListener("click", (event) => {
      const card = event.target.closest("button.zoom")?.closest(".card");
      if (card) open(card, [...group.querySelectorAll(".card")]);
    });
  }
  document.querySelector(".findings")?.addEventListener("click", (event) => {
    const { image } = event.target.closest("button.look")?.dataset ?? {};
    const card = image && document.querySelector(`.card[data-number="${image}"]`);
    if (card) open(card, [card]);
  });
  document.getElementById("previous").addEventListener("click", () => step(-1));
  document.getElementById("next").addEventListener("click", () => step(1));
  document.getElementById("toggle").addEventListener("click", toggle);
  document.getElementById("close").addEventListener("click", () => dialog.close());
  dialog.addEventListener("keydown", (event) => onKey(event, toggle));
  addEventListener("resize", draw);
  startPointers();
}
