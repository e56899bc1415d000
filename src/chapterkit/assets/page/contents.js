// The contents at the side, each section with its length.
import { byId, make } from "./dom.js";
import { data, onData } from "./state.js";
import { goTo, keepingPlace, pieceOf } from "./text.js";
import { fits, withBudget } from "./panels.js";

function draw() {
  byId("contents-list").replaceChildren(...(data.outline ?? []).map((/** @type {any} */ one) => {
    const short = one.characters !== undefined && !(fits(one.characters, one.budget) && fits(one.paragraphs, one.asked));
    return make("li", { class: `level-${one.level}` },
      make("a", { href: one.id ? `#${one.id}` : "#text", onclick: (/** @type {Event} */ event) => {
        const piece = pieceOf(one.key);
        if (!piece) return;
        event.preventDefault();
        history.replaceState(null, "", `#${one.id}`);
        document.body.classList.remove("with-contents");
        tellContents();
        goTo(piece, true);
      } }, one.title),
      one.characters !== undefined && make("span", { class: `length${short ? " bad" : ""}`, title: `段数 ${withBudget(one.paragraphs, one.asked)}` },
        one.budget ? `${one.characters}/${one.budget[1]}` : String(one.characters)));
  }));
}

export function toggleContents() {
  keepingPlace(() => document.body.classList.toggle("with-contents"));
  tellContents();
}

/** Let the button say whether the contents are there: on a wide screen they are from the beginning. */
function tellContents() {
  const there = getComputedStyle(byId("contents")).display !== "none";
  byId("open-contents").setAttribute("aria-expanded", String(there));
}

/** Mark the section that is read in the contents. */
function markCurrent() {
  const passed = (data.outline ?? []).filter((/** @type {any} */ one) =>
    (pieceOf(one.key)?.getBoundingClientRect().top ?? Infinity) < innerHeight / 3);
  const now = (data.outline ?? []).indexOf(passed.at(-1));
  [...byId("contents-list").children].forEach((row, place) => {
    const link = row.querySelector("a");
    if (place === now) link?.setAttribute("aria-current", "location");
    else link?.removeAttribute("aria-current");
  });
}

export function startContents() {
  byId("open-contents").addEventListener("click", toggleContents);
  matchMedia("(min-width: 1240px)").addEventListener("change", tellContents);
  tellContents();
  let asked = false;
  addEventListener("scroll", () => {
    if (!asked) requestAnimationFrame(() => { asked = false; markCurrent(); });
    asked = true;
  }, { passive: true });
  onData((changed) => {
    if (changed.includes("outline")) draw();
    if (changed.includes("outline") || changed.includes("order")) markCurrent();
  });
}
