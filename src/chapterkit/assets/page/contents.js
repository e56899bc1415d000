// The contents at the side, each section with its length.
import { byId, make } from "./dom.js";
import { data, onData } from "./state.js";
import { goTo, pieceOf } from "./text.js";
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
        goTo(piece);
        document.body.classList.remove("with-contents");
      } }, one.title),
      one.characters !== undefined && make("span", { class: `length${short ? " bad" : ""}`, title: `段数 ${withBudget(one.paragraphs, one.asked)}` },
        one.budget ? `${one.characters}/${one.budget[1]}` : String(one.characters)));
  }));
}

export function startContents() {
  onData((changed) => {
    if (changed.includes("outline")) draw();
  });
}
