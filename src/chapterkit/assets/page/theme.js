// Light or dark: as the system has it, unless somebody wants it otherwise.
import { byId, say } from "./dom.js";
import { recalled, remember } from "./state.js";

const ORDER = ["", "light", "dark"];
const WORDS = { "": "随系统", light: "浅色", dark: "深色" };

/** @param {string} theme */
function set(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  byId("theme").textContent = WORDS[/** @type {"light"} */ (theme)];
}

export function turnTheme() {
  const next = ORDER[(ORDER.indexOf(recalled("theme") ?? "") + 1) % ORDER.length];
  remember("theme", next);
  set(next);
  say(WORDS[/** @type {"light"} */ (next)]);
}

export function startTheme() {
  const theme = recalled("theme");
  set(ORDER.includes(theme) ? theme : "");
  byId("theme").addEventListener("click", turnTheme);
}
