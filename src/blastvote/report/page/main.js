// The page's start: what the address says, then every part.
import { startControls } from "./controls.js";
import { startGallery } from "./gallery.js";
import { startPanes } from "./panes.js";
import { change, readAddress, state } from "./state.js";
import { startStrip } from "./strip.js";
import { judgeAll, study } from "./study.js";
import { startTables } from "./tables.js";

const THEMES = ["system", "light", "dark"];

function startTheme() {
  const button = document.getElementById("theme");
  button.addEventListener("click", () => {
    const now = document.documentElement.dataset.theme ?? "system";
    const next = THEMES[(THEMES.indexOf(now) + 1) % THEMES.length];
    if (next === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = next;
    button.querySelector("span").textContent = next;
  });
}

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
