// The text: its pieces, changed one by one, and places in them.
// A place is [key of a piece, first and last character, the characters]: those that are no white
// space, citations, notes and formulas left out, as the tool counts them.
import { byId, make } from "./dom.js";
import { data } from "./state.js";

const LEFT_OUT = ".citation, .footnote-ref, math, .mark-button";

/** @returns {HTMLElement[]} */
export function pieces() {
  return /** @type {HTMLElement[]} */ ([...byId("pieces").children]);
}

/** @param {string} key @returns {HTMLElement|undefined} */
export function pieceOf(key) {
  return pieces().find((one) => one.dataset.key === key);
}

/** @param {Node|null} node @returns {HTMLElement|null} the piece that a node stands in */
export function pieceAround(node) {
  const element = node instanceof Element ? node : node?.parentElement;
  return /** @type {HTMLElement|null} */ (element?.closest("#pieces > *") ?? null);
}

/** @param {HTMLElement} piece @returns {Generator<Text>} */
function* textsOf(piece) {
  const walker = document.createTreeWalker(piece, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = /** @type {Text} */ (walker.currentNode);
    if (!node.parentElement?.closest(LEFT_OUT)) yield node;
  }
}

/** @param {HTMLElement} piece @returns {string} what is counted of a piece */
export function countedText(piece) {
  return [...textsOf(piece)].map((one) => one.data).join("").replace(/\s/gu, "");
}

/** @param {any} place @returns {Range|null} where on the page a place is now */
export function rangeOf(place) {
  const piece = place && pieceOf(place[0]);
  if (!piece) return null;
  let [, start, end, words] = place;
  const all = countedText(piece);
  if (words && all.slice(start, end) !== words) {
    const found = all.indexOf(words);
    if (found < 0) return null;
    [start, end] = [found, found + words.length];
  }
  const range = document.createRange();
  range.selectNodeContents(piece);
  range.collapse(true);
  let count = 0;
  let begun = false;
  for (const node of textsOf(piece)) {
    for (let at = 0; at < node.data.length; at += 1) {
      if (/\s/u.test(node.data[at])) continue;
      if (!begun && count === start) {
        range.setStart(node, at);
        begun = true;
      }
      count += 1;
      if (begun && count >= Math.max(end, start + 1)) {
        range.setEnd(node, at + 1);
        return range;
      }
    }
  }
  return begun ? range : null;
}

/** @param {Range} range @returns {any} the place of a range, within its first piece; null if in none */
export function placeOf(range) {
  const piece = pieceAround(range.startContainer);
  if (!piece) return null;
  const before = document.createRange();
  before.selectNodeContents(piece);
  let start = 0;
  let end = 0;
  for (const node of textsOf(piece)) {
    for (let at = 0; at < node.data.length; at += 1) {
      if (/\s/u.test(node.data[at])) continue;
      const from = range.comparePoint(node, at);
      if (from < 0) start += 1;
      if (from < 0 || (from === 0 && range.comparePoint(node, at + 1) <= 0)) end += 1;
    }
  }
  if (end <= start) return null;
  return [piece.dataset.key, start, end, countedText(piece).slice(start, end)];
}

/** Go to an element or a place: scroll there, mark it for a moment, and put the focus there. */
export function goTo(/** @type {Element|Range|null|undefined} */ target) {
  if (!target) return false;
  const element = target instanceof Range ? target.startContainer.parentElement : target;
  if (!element) return false;
  element.scrollIntoView({ block: "center", behavior: calm() ? "auto" : "smooth" });
  flash(pieceAround(element) ?? element);
  return true;
}

/** Whether whoever looks wants nothing to move. */
export function calm() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** @param {Element} element */
export function flash(element) {
  element.classList.remove("changed");
  void (/** @type {HTMLElement} */ (element).offsetWidth);
  element.classList.add("changed");
  setTimeout(() => element.classList.remove("changed"), 2400);
}

/** @param {string} key @param {string} html @returns {HTMLElement} */
function pieceMade(key, html) {
  const piece = make("div", { "data-key": key });
  piece.innerHTML = html; // as pandoc wrote it, from a tree that has been through the gate
  return piece;
}

/**
 * Show the pieces of this order; those that stay are not touched.
 * @param {string[]} order @param {Record<string, string>} html the new pieces
 * @returns {HTMLElement[]} what is new
 */
export function show(order, html) {
  const root = byId("pieces");
  const before = pieces();
  const first = before.length === 0;
  const held = holding(before);
  const wanted = new Set(order);
  for (const one of before) if (!wanted.has(one.dataset.key ?? "")) one.remove();
  const have = new Map(pieces().map((one) => [one.dataset.key, one]));
  /** @type {HTMLElement[]} */
  const added = [];
  let next = root.firstElementChild;
  for (const key of order) {
    let piece = have.get(key);
    if (!piece) {
      piece = pieceMade(key, html[key] ?? "");
      added.push(piece);
    }
    if (piece === next) next = next.nextElementSibling;
    else root.insertBefore(piece, next);
  }
  held();
  if (!first) for (const one of added.slice(0, 40)) flash(one);
  return first ? [] : added;
}

/** Note what a reader holds on to; the function given puts it back: scroll, selection, focus. */
function holding(/** @type {HTMLElement[]} */ before) {
  const seen = before.find((one) => one.getBoundingClientRect().bottom > 60);
  const top = seen?.getBoundingClientRect().top ?? 0;
  const place = seen ? before.indexOf(seen) : -1;
  const selection = getSelection();
  const range = selection?.rangeCount && !selection.isCollapsed ? selection.getRangeAt(0) : null;
  const selected = range && pieceAround(range.startContainer) ? placeOf(range) : null;
  const chosen = selected ? before.findIndex((one) => one.dataset.key === selected[0]) : -1;
  const focused = /** @type {HTMLElement|null} */ (document.activeElement);
  const within = pieceAround(focused);
  const inPiece = within && focused ? [...within.querySelectorAll("[tabindex], a")].indexOf(focused) : -1;
  const fellow = within ? before.indexOf(within) : -1;
  return () => {
    const now = pieces();
    if (within && !within.isConnected && inPiece >= 0) {
      const there = now[fellow]?.querySelectorAll("[tabindex], a")[inPiece];
      /** @type {HTMLElement|undefined} */ (there)?.focus({ preventScroll: true });
    }
    if (selected && selection && !pieceOf(selected[0]) && now[chosen]) {
      const back = rangeOf([now[chosen].dataset.key, selected[1], selected[2], selected[3]]);
      if (back) {
        selection.removeAllRanges();
        selection.addRange(back);
      }
    }
    const anchor = seen?.isConnected ? seen : now[Math.min(place, now.length - 1)];
    if (anchor) scrollBy({ top: anchor.getBoundingClientRect().top - top, behavior: "instant" });
  };
}

/** @param {HTMLElement|null} piece @returns {[string, number]|null} file and line of a piece */
export function originOf(piece) {
  return (piece && data.places?.[piece.dataset.key ?? ""]) ?? null;
}

/** @param {string} path @param {number} line @returns {string} the address by which an editor opens it */
export function editorAddress(path, line) {
  const form = data.editor || "vscode://file/{path}:{line}";
  const whole = `${data.root}/${path}`.replace(/^\/+/, "/");
  return form
    .replace("{path}", encodeURI(whole).replace(/[?#]/g, encodeURIComponent))
    .replace("{line}", String(line))
    .replace("file//", "file/");
}

/** Paint places in the text, without touching it. @param {string} name @param {Range[]} ranges */
export function paint(name, ranges) {
  if (!("highlights" in CSS)) return;
  if (ranges.length) CSS.highlights.set(name, new Highlight(...ranges));
  else CSS.highlights.delete(name);
}
