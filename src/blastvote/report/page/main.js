// The page's start: what the address says, then every part.
import { startControls } from "./controls.js";
import { startGallery } from "./gallery.js";
import { startPanes } from "./panes.js";
import { change, readAddress, state } from "./state.js";
import { startStrip } from "./strip.js";
import { judgeAll, study } from "./study.js";
import { startTables } from "./tables.js";
import { startTheme } from "./theme.js";

startTheme();
startTables();
if (study.images.length) {
  readAddress();
  startStrip();
  startControls();
  startPanes();
  startGallery();
  addEventListener("hashchange", readAddress);
}

// For the browser's console and for tests: the votes of the whole study at any threshold.
window.blastvote = {
  study,
  state,
  change,
  votes: (threshold) => judgeAll(state.seed, threshold).map((ofMethod) => ofMethod.map((one) => one.vote)),
};
document.documentElement.dataset.ready = "true";
