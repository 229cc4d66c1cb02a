// Decoded images, each with smaller copies, so that a far view is as quick and as smooth as a near one.

const kept = new Map(); // source -> promise of levels, the latest used last
const KEPT_PIXELS = 120e6;

async function load(source) {
  const element = new Image();
  element.src = source;
  await element.decode();
  const levels = [await createImageBitmap(element)];
  let last = levels[0];
  while (Math.min(last.width, last.height) > 400) {
    const size = { resizeWidth: last.width >> 1, resizeHeight: last.height >> 1, resizeQuality: "medium" };
    last = await createImageBitmap(last, size);
    levels.push(last);
  }
  return levels;
}

/** Return a promise of an image's levels: [whole, half, quarter, ...]. */
export function picture(source, pixels) {
  let entry = kept.get(source);
  kept.delete(source);
  entry ??= { levels: load(source), pixels };
  kept.set(source, entry);
  let sum = 0;
  for (const one of kept.values()) sum += one.pixels;
  for (const [key, one] of kept) {
    if (sum <= KEPT_PIXELS || kept.size <= 12) break;
    kept.delete(key);
    sum -= one.pixels;
    one.levels.then((levels) => levels.forEach((level) => level.close())).catch(() => {});
  }
  return entry.levels;
}

/** Return the level that suits a scale (screen pixels per image pixel). */
export function levelFor(levels, scale) {
  let number = 0;
  while (number + 1 < levels.length && scale * 2 ** (number + 1) <= 1) number += 1;
  return levels[number];
}
