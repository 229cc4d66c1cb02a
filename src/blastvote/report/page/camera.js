// One camera for all panes: zoom 1 fits the image, x and y are the middle of the view as shares of the image.
import { change, state } from "./state.js";

export const MOST_ZOOM = 40;

/** Return where an image lies in a pane: {scale, left, top} in CSS pixels. */
export function place(paneWidth, paneHeight, image) {
  const scale = Math.min(paneWidth / image.width, paneHeight / image.height) * state.zoom;
  const left = paneWidth / 2 - state.x * image.width * scale;
  const top = paneHeight / 2 - state.y * image.height * scale;
  return { scale, left, top };
}

const within = (value, low, high) => Math.min(high, Math.max(low, value));

/** Keep the image in sight: no empty margin while it is larger than the pane. */
function held(zoom, x, y) {
  const half = 0.5 / zoom;
  return { zoom, x: within(x, half, 1 - half), y: within(y, half, 1 - half) };
}

/** Zoom by a factor; the point (shares of the image) stays where it is. */
export function zoomBy(factor, atX = state.x, atY = state.y) {
  const zoom = within(state.zoom * factor, 1, MOST_ZOOM);
  const ratio = state.zoom / zoom;
  change(held(zoom, atX + (state.x - atX) * ratio, atY + (state.y - atY) * ratio));
}

/** Move the view by shares of the image. */
export function moveBy(dx, dy) {
  change(held(state.zoom, state.x + dx, state.y + dy));
}

/** Show the whole image. */
export function fit() {
  change({ zoom: 1, x: 0.5, y: 0.5 });
}

/** Show a part of an image: its middle and size in pixels. */
export function lookAt(image, x, y, width, height) {
  const zoom = within(0.35 * Math.min(image.width / width, image.height / height), 1, MOST_ZOOM);
  return held(zoom, x / image.width, y / image.height);
}

/**
 * Let wheel, mouse, pen and fingers on an element move the camera.
 * @param {HTMLElement} element  a pane's canvas
 * @param {(event: PointerEvent) => {x: number, y: number, scale: number}} locate  shares of the image, and scale
 * @param {(point: ?{x: number, y: number}) => void} hover  told where the pointer is, null when it left
 * @param {() => {width: number, height: number}} size  of the image in pixels
 */
export function listen(element, locate, hover, size) {
  const pointers = new Map();
  let spread = 0;
  element.addEventListener("wheel", (event) => {
    event.preventDefault();
    const at = locate(event);
    zoomBy(Math.exp(-within(event.deltaY, -200, 200) * 0.002), at.x, at.y);
  }, { passive: false });
  element.addEventListener("pointerdown", (event) => {
    pointers.set(event.pointerId, event);
    if (event.pointerType === "mouse") element.setPointerCapture(event.pointerId);
    spread = 0;
    hover(locate(event));
  });
  element.addEventListener("pointermove", (event) => {
    const before = pointers.get(event.pointerId);
    if (!before) {
      hover(locate(event));
      return;
    }
    pointers.set(event.pointerId, event);
    const at = locate(event);
    if (pointers.size === 2) {
      const [a, b] = pointers.values();
      const now = Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
      if (spread) zoomBy(now / spread, at.x, at.y);
      spread = now;
    } else if (state.zoom > 1 || event.pointerType === "mouse") {
      const { width, height } = size();
      moveBy((before.clientX - event.clientX) / (width * at.scale), (before.clientY - event.clientY) / (height * at.scale));
    }
  });
  for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) {
    element.addEventListener(name, (event) => pointers.delete(event.pointerId));
  }
  element.addEventListener("pointerleave", () => hover(null));
  element.addEventListener("dblclick", (event) => {
    const at = locate(event);
    zoomBy(2, at.x, at.y);
  });
}
