// Run-length masks as COCO writes them, and their outlines along pixel edges (annotations/shapes/outline.py, said again).

/** Return the run lengths of a compressed COCO mask, background first, down the columns. */
function runLengths(text) {
  const lengths = [];
  for (let place = 0; place < text.length; ) {
    let value = 0;
    let shift = 0;
    let group;
    do {
      group = text.charCodeAt(place) - 48;
      place += 1;
      value += (group & 31) * 2 ** shift;
      shift += 5;
    } while (group & 32);
    if (group & 16) value -= 2 ** shift;
    lengths.push(value + (lengths.length > 2 ? lengths[lengths.length - 2] : 0));
  }
  return lengths;
}

/** Return the smallest rectangle around a mask and its pixels: {x, y, width, height, pixels}. */
function decode(text, imageHeight) {
  const strips = [];
  let [left, top, right, bottom] = [Infinity, Infinity, 0, 0];
  let position = 0;
  runLengths(text).forEach((length, number) => {
    let start = position;
    position += length;
    if (number % 2 === 0) return;
    while (start < position) {
      const column = Math.floor(start / imageHeight);
      const end = Math.min(position, (column + 1) * imageHeight);
      const [from, to] = [start - column * imageHeight, end - column * imageHeight];
      strips.push([column, from, to]);
      [left, top] = [Math.min(left, column), Math.min(top, from)];
      [right, bottom] = [Math.max(right, column + 1), Math.max(bottom, to)];
      start = end;
    }
  });
  if (!strips.length) return null;
  const [width, height] = [right - left, bottom - top];
  const pixels = new Uint8Array((width + 2) * (height + 2)); // one empty pixel all around
  for (const [column, from, to] of strips) {
    for (let row = from; row < to; row += 1) pixels[(row - top + 1) * (width + 2) + column - left + 1] = 1;
  }
  return { x: left, y: top, width, height, pixels };
}

/** Return the mask's outline as a path in pixels of the image: every edge between inside and outside, in turns. */
function trace({ x, y, width, height, pixels }) {
  const stride = width + 2;
  const path = new Path2D();
  const done = new Uint8Array(pixels.length); // pixels whose upper edge was walked
  for (let start = stride; start < pixels.length; start += 1) {
    if (!pixels[start] || pixels[start - stride] || done[start]) continue;
    // Walk with the mask on the right hand, from the upper left corner of this pixel, first to the right.
    let [column, row, dx, dy] = [start % stride, Math.floor(start / stride), 1, 0];
    const [firstColumn, firstRow] = [column, row];
    path.moveTo(x + column - 1, y + row - 1);
    do {
      if (dx === 1) done[row * stride + column] = 1;
      column += dx;
      row += dy;
      // The two pixels ahead of this corner, left and right of the way.
      const ahead = (side) => pixels[(row + (dy + side * dx - 1) / 2) * stride + column + (dx - side * dy - 1) / 2];
      let turn = 0;
      if (!ahead(1)) turn = 1; // nothing to the right: around the corner
      else if (ahead(-1)) turn = -1;
      if (turn) {
        path.lineTo(x + column - 1, y + row - 1);
        [dx, dy] = [-turn * dy, turn * dx];
      }
    } while (column !== firstColumn || row !== firstRow || dx !== 1);
    path.closePath();
  }
  return path;
}

const cache = new Map();

/** Return {path, x, y, width, height} of a mask; null for one without pixels. */
export function outline(text, imageHeight) {
  const key = `${imageHeight} ${text}`;
  if (!cache.has(key)) {
    if (cache.size > 4000) cache.clear();
    const mask = decode(text, imageHeight);
    cache.set(key, mask && { path: trace(mask), x: mask.x, y: mask.y, width: mask.width, height: mask.height });
  }
  return cache.get(key);
}
