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

/** @param {HTMLElement} piece @returns {string} what is read of a piece, on one line */
export function readText(piece) {
  const read = [...textsOf(piece)].filter((one) => !one.parentElement?.closest("svg"));
  return read.map((one) => one.data).join("").replace(/\s+/gu, " ").trim();
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

/** @returns {[number, number]} from where to where text can be seen: below the bar, above a panel at the foot */
export function inSight() {
  const panel = byId("panel");
  const foot = !panel.hidden && panel.getBoundingClientRect().top > 100 ? panel.getBoundingClientRect().top : innerHeight;
  const above = byId("alarm").hidden ? byId("open-contents") : byId("alarm");
  return [above.getBoundingClientRect().bottom + 8, foot];
}

/**
 * Go to an element or a place at once, and mark it for a moment.
 * @param {Element|Range|null|undefined} target @param {boolean} [focus] whether the focus goes there, too
 */
export function goTo(target, focus = false) {
  const element = target instanceof Range ? target.startContainer.parentElement : target;
  if (!target || !element) return false;
  const [top, foot] = inSight();
  element.closest(".number, td, th")?.scrollIntoView({ block: "nearest", inline: "center", behavior: "instant" });
  const box = target.getBoundingClientRect();
  const off = Math.max(0, (foot - top - box.height) / 2);
  scrollBy({ top: box.top - top - (box.height > (foot - top) / 2 ? 12 : off), behavior: "instant" });
  flash(element.closest(".number, td, th") ?? pieceAround(element) ?? element);
  if (focus) focusOn(element);
  return true;
}

/** Go to a heading at once: it stands just below the bar. @param {HTMLElement} piece */
export function goToHeading(piece) {
  const heading = piece.querySelector("h1, h2, h3, h4, h5, h6") ?? piece;
  scrollBy({ top: heading.getBoundingClientRect().top - inSight()[0], behavior: "instant" });
  flash(piece);
  focusOn(piece);
}

/** Put the focus on the number that an element is in, or on its piece. @param {Element} element */
function focusOn(element) {
  const there = /** @type {HTMLElement} */ (element.closest(".number") ?? pieceAround(element) ?? element);
  if (!there.hasAttribute("tabindex")) there.setAttribute("tabindex", "-1");
  there.focus({ preventScroll: true });
}

/** Scroll no more than it takes to see a place whole. @param {Range} range */
export function reveal(range) {
  const [top, foot] = inSight();
  const box = range.getBoundingClientRect();
  if (box.top < top) scrollBy({ top: box.top - top, behavior: "instant" });
  else if (box.bottom > foot) scrollBy({ top: Math.min(box.bottom - foot + 12, box.top - top), behavior: "instant" });
}

/** Do what makes the column wider or narrower; what is read stays at its height. @param {() => void} change */
export function keepingPlace(change) {
  const held = inView();
  const top = held?.getBoundingClientRect().top ?? 0;
  change();
  if (held) scrollBy({ top: held.getBoundingClientRect().top - top, behavior: "instant" });
}

/** @returns {Element|Range|null} what somebody reads: the selection, the focus, or else the line at the top */
function inView() {
  const [top, foot] = inSight();
  const visible = (/** @type {Element|Range} */ one) => {
    const box = one.getBoundingClientRect();
    return box.height > 0 && box.bottom > top && box.top < foot;
  };
  const selection = getSelection();
  const range = selection?.rangeCount && !selection.isCollapsed ? selection.getRangeAt(0).cloneRange() : null;
  if (range && pieceAround(range.startContainer) && visible(range)) return range;
  // A passage that is being written about is selected no more, but it is marked.
  const marked = [...("highlights" in CSS ? (CSS.highlights.get("chosen") ?? []) : [])][0];
  if (marked instanceof Range && visible(marked)) return marked;
  const focused = document.activeElement?.closest("#pieces .number");
  if (focused && visible(focused)) return focused;
  const first = pieces().find((one) => one.getBoundingClientRect().bottom > top + 4);
  return first ? lineOf(first, top) : null;
}

/** @param {HTMLElement} piece @param {number} top @returns {Range|HTMLElement} what of a piece is the first below a height */
function lineOf(piece, top) {
  if (piece.getBoundingClientRect().top >= top) return piece;
  for (const node of textsOf(piece)) {
    const range = document.createRange();
    range.selectNodeContents(node);
    if (range.getBoundingClientRect().bottom <= top + 4) continue;
    for (let at = 0; at < node.data.length; at += 1) {
      range.setStart(node, at);
      range.setEnd(node, at + 1);
      if (range.getBoundingClientRect().bottom > top + 4) return range;
    }
  }
  return piece;
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
