// The contents at the side, each section with its length.
import { byId, make } from "./dom.js";
import { data, onData } from "./state.js";
import { goToHeading, inSight, keepingPlace, pieceOf } from "./text.js";
import { fits, withBudget } from "./panels.js";

/** The entry that was chosen, as long as nothing has been scrolled since. @type {{key: string, at: number}|null} */
let chosen = null;

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
        goToHeading(piece);
        chosen = { key: one.key, at: scrollY };
        markCurrent();
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
  const outline = data.outline ?? [];
  const height = inSight()[0] + 40;
  if (chosen && Math.abs(chosen.at - scrollY) > 2) chosen = null;
  const passed = outline.filter((/** @type {any} */ one) => (pieceOf(one.key)?.getBoundingClientRect().top ?? Infinity) < height);
  const last = chosen ? outline.find((/** @type {any} */ one) => one.key === chosen?.key) : passed.at(-1);
  const now = outline.indexOf(last);
  [...byId("contents-list").children].forEach((row, place) => {
    const link = row.querySelector("a");
    if (place === now && link && !link.hasAttribute("aria-current")) {
      link.setAttribute("aria-current", "location");
      keepInView(link);
    } else if (place !== now) link?.removeAttribute("aria-current");
  });
}

/** Let the list of contents scroll as far as it takes to see an entry. @param {Element} link */
function keepInView(link) {
  const list = byId("contents");
  const [box, room] = [link.getBoundingClientRect(), list.getBoundingClientRect()];
  if (!room.height) return;
  if (box.top < room.top) list.scrollTop -= room.top - box.top + room.height / 3;
  else if (box.bottom > room.bottom) list.scrollTop += box.bottom - room.bottom + room.height / 3;
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
