// One pane: an image after one method (or two, split by the divider of the swipe), with its cells drawn on it.
import { listen, place } from "./camera.js";
import { levelFor, picture } from "./images.js";
import { outline } from "./masks.js";
import { state } from "./state.js";
import { className, missedCells, study, verdictOf } from "./study.js";

const MISSED = "#ffe600"; // the paper rings missed cells in yellow
const colour = (index) => study.classColours[index % study.classColours.length];

export class Pane {
  /**
   * @param {number[]} methods  one, or two for a swipe
   * @param {(point: ?{x: number, y: number}) => void} hover  told where the pointer is
   */
  constructor(methods, hover) {
    this.methods = methods;
    this.pictures = [];
    this.pointed = null;
    this.element = document.createElement("article");
    this.element.className = `pane method-${methods[0] % study.methodColours}`;
    const header = document.createElement("header");
    this.title = header.appendChild(document.createElement("h4"));
    this.vote = header.appendChild(document.createElement("p"));
    this.counts = header.appendChild(document.createElement("p"));
    this.counts.className = "counts";
    const stage = document.createElement("div");
    stage.className = "stage";
    this.canvas = stage.appendChild(document.createElement("canvas"));
    this.canvas.setAttribute("role", "img");
    this.under = document.createElement("p");
    this.under.className = "under";
    this.element.append(header, stage, this.under);
    this.context = this.canvas.getContext("2d", { alpha: false });
    listen(this.canvas, (event) => this.locate(event), hover, () => study.images[state.image]);
  }

  /** Return where an event is, as shares of the image, and the scale there. */
  locate(event) {
    const box = this.canvas.getBoundingClientRect();
    const image = study.images[state.image];
    const { scale, left, top } = place(box.width, box.height, image);
    return {
      x: (event.clientX - box.left - left) / (scale * image.width),
      y: (event.clientY - box.top - top) / (scale * image.height),
      scale,
    };
  }

  /** Fetch the pictures of the chosen image; `ready` is called when they are there. */
  show(ready) {
    const { image } = state;
    const { width, height } = study.images[image];
    this.pictures = [];
    this.failed = false;
    const wanted = this.methods.map((method) => picture(study.sources[method][image], width * height));
    this.loaded = Promise.all(wanted).then(
      (pictures) => {
        if (state.image !== image) return;
        this.pictures = pictures;
        ready();
      },
      () => {
        this.failed = state.image === image;
        ready();
      },
    );
  }

  /** Say in words what the pane shows; `judged` is of the first method. */
  describe(judged) {
    const image = study.images[state.image];
    const names = this.methods.map((method) => study.methods[method].name);
    this.title.textContent = names.join(" | ");
    this.vote.className = judged.right === null ? "vote" : `vote ${judged.right ? "right" : "wrong"}`;
    let words = `votes ${className(judged.vote)}`;
    if (judged.vote < 0) words = "undetected: no vote";
    if (judged.right !== null) words += judged.right ? " \u2713 right" : ` \u2717 is ${className(image.label)}`;
    this.vote.textContent = words;
    const counts = judged.counts.map((count, index) => `${className(index)}\u00a0${count}`).join(" \u00b7 ");
    const errors = judged.missed === null
      ? "not annotated"
      : `missed\u00a0${judged.missed} \u00b7 false\u00a0${judged.falseCells} \u00b7 wrong\u00a0class\u00a0${judged.wrongClass}`;
    this.counts.textContent = `${counts} \u2014 ${errors}`;
    this.canvas.setAttribute("aria-label", `${image.id} after ${names.join(" and ")}: ${words}. Cells found: ${counts}; ${errors}.`);
  }

  /** Draw image and cells. */
  draw() {
    const ratio = window.devicePixelRatio || 1;
    const { clientWidth, clientHeight } = this.canvas;
    const [width, height] = [Math.round(clientWidth * ratio), Math.round(clientHeight * ratio)];
    if (!width || !height) return;
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
    const image = study.images[state.image];
    const view = place(width, height, image);
    const { context } = this;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = "#777";
    context.fillRect(0, 0, width, height);
    if (this.failed) {
      context.fillStyle = "#fff";
      context.font = `${14 * ratio}px sans-serif`;
      context.fillText("the image file is missing", 10 * ratio, 24 * ratio);
    }
    const split = this.methods.length > 1 ? width * state.divider : width;
    this.methods.forEach((method, number) => {
      context.save();
      context.beginPath();
      context.rect(number ? split : 0, 0, number ? width - split : split, height);
      context.clip();
      this.drawImage(number, image, view);
      this.drawCells(method, view, ratio);
      context.restore();
    });
    if (this.methods.length > 1) {
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.fillStyle = "#fff";
      context.fillRect(split - ratio, 0, 2 * ratio, height);
    }
  }

  drawImage(number, image, { scale, left, top }) {
    if (!this.pictures[number]) return;
    const level = levelFor(this.pictures[number], scale);
    const { context } = this;
    context.setTransform((scale * image.width) / level.width, 0, 0, (scale * image.height) / level.height, left, top);
    context.imageSmoothingEnabled = scale < 3; // nearer, single pixels are wanted
    context.drawImage(level, 0, 0);
  }

  drawCells(method, { scale, left, top }, ratio) {
    const { layers, threshold } = state;
    const image = study.images[state.image];
    const found = study.runs[state.seed][method][state.image];
    const { context } = this;
    context.setTransform(scale, 0, 0, scale, left, top);
    const line = ratio / scale; // one CSS pixel
    if (layers.has("truth") && image.truth) {
      const missed = new Set(missedCells(found, image.truth, threshold));
      image.truth.masks.forEach((mask, cell) => this.drawTruth(outline(mask, image.height), missed.has(cell), line));
    }
    for (let cell = 0; cell < found.scores.length; cell += 1) {
      if (found.scores[cell] < threshold) continue;
      const shape = outline(found.masks[cell], image.height);
      if (shape) this.drawFound(found, cell, shape, line);
    }
  }

  drawTruth(shape, missed, line) {
    if (!shape) return;
    const { context } = this;
    context.lineWidth = (missed ? 5 : 3.4) * line;
    context.strokeStyle = "#000a";
    context.stroke(shape.path);
    context.lineWidth = (missed ? 3 : 1.6) * line;
    context.setLineDash(missed ? [] : [5 * line, 4 * line]);
    context.strokeStyle = missed ? MISSED : "#fff";
    context.stroke(shape.path);
    context.setLineDash([]);
  }

  drawFound(found, cell, shape, line) {
    const { layers } = state;
    const { context } = this;
    const shade = colour(found.classes[cell]);
    const lit = this.pointed === cell;
    context.strokeStyle = shade;
    if (layers.has("mask")) {
      context.globalAlpha = lit ? 0.45 : 0.16;
      context.fillStyle = shade;
      context.fill(shape.path, "evenodd");
      context.globalAlpha = 1;
      context.lineWidth = (lit ? 3.5 : 2) * line;
      context.stroke(shape.path);
    }
    if (layers.has("box")) {
      context.lineWidth = 1.5 * line;
      context.strokeRect(shape.x, shape.y, shape.width, shape.height);
    }
    const words = [];
    if (layers.has("name")) words.push(className(found.classes[cell]));
    if (layers.has("score")) words.push(found.scores[cell].toFixed(2));
    if (words.length) this.drawLabel(words.join(" "), shape, shade, line);
  }

  drawLabel(words, shape, shade, line) {
    const { context } = this;
    context.font = `600 ${12 * line}px sans-serif`;
    const width = context.measureText(words).width + 6 * line;
    const [x, y] = [shape.x, Math.max(0, shape.y - 15 * line)];
    context.fillStyle = "#000b";
    context.fillRect(x, y, width, 15 * line);
    context.fillStyle = shade;
    context.fillText(words, x + 3 * line, y + 11.5 * line);
  }

  /** Name the cell at a point of the image, and light it up. */
  point(at) {
    this.pointed = null;
    this.under.textContent = "";
    if (!at) return;
    const image = study.images[state.image];
    const method = this.methods.length > 1 && at.right ? this.methods[1] : this.methods[0];
    const found = study.runs[state.seed][method][state.image];
    const [x, y] = [at.x * image.width, at.y * image.height];
    const hit = (mask) => {
      const shape = outline(mask, image.height);
      const near = shape && x >= shape.x && y >= shape.y && x <= shape.x + shape.width && y <= shape.y + shape.height;
      this.context.setTransform(1, 0, 0, 1, 0, 0);
      return near && this.context.isPointInPath(shape.path, x, y, "evenodd");
    };
    const cell = found.masks.findIndex((mask, n) => found.scores[n] >= state.threshold && hit(mask));
    const real = image.truth ? image.truth.masks.findIndex(hit) : -1;
    if (cell >= 0) {
      this.pointed = cell;
      this.under.textContent = foundWords(found, cell, image.truth);
    } else if (real >= 0) {
      const owner = found.owner.findIndex((one, n) => one === real && found.scores[n] >= state.threshold);
      this.under.textContent = `${className(image.truth.classes[real])}, ${owner < 0 ? "missed" : "found beside here"}`;
    }
  }
}

/** Say what a detection is. */
function foundWords(found, cell, truth) {
  const name = `${className(found.classes[cell])} ${found.scores[cell].toFixed(2)}`;
  const near = found.near[cell] >= 0 ? className(truth.classes[found.near[cell]]) : "";
  const words = {
    correct: `right, IoU ${(found.iou[cell] / 100).toFixed(2)}`,
    wrong: `wrong class, is ${className(truth?.classes[found.owner[cell]] ?? -1)}`,
    duplicate: `second one on a ${near}`,
    false: "false: no such cell",
    unknown: "not annotated",
  };
  return `${name}: ${words[verdictOf(found, cell, truth)]}`;
}
