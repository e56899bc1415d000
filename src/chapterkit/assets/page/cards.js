// Numbers: each bears its state, and tells all that is known of it when pointed at, touched or entered.
import { byId, linkTo, make } from "./dom.js";
import { data, fetched, onData, token } from "./state.js";
import { editorAddress, goTo, pieceAround, rangeOf } from "./text.js";

/** @type {HTMLElement|null} */
let shown = null;
/** Which number the card tells of. */
let told = "";
let pinned = false;
/** @type {ReturnType<typeof setTimeout>|undefined} */
let waiting;

/** @returns {HTMLElement[]} */
export function numbers() {
  return /** @type {HTMLElement[]} */ ([...document.querySelectorAll("#pieces .number")]);
}

/** @param {string} id @returns {HTMLElement|undefined} where the text has a number first */
export function numberInText(id) {
  return numbers().find((one) => one.dataset.number === id);
}

/** Let every number bear the mark of its state, and a name for who hears it. */
export function markNumbers() {
  if (!data.cards) return;
  for (const one of numbers()) {
    const card = data.cards[one.dataset.number ?? ""];
    const mark = card?.mark ?? "unknown";
    const said = `${one.textContent}，${card?.said ?? "没有记录"}`;
    if (one.dataset.mark === mark && one.getAttribute("aria-label") === said) continue;
    one.dataset.mark = mark;
    one.dataset.checked = String(Boolean(card?.checked));
    one.setAttribute("aria-haspopup", "dialog");
    one.setAttribute("aria-label", said);
  }
}

/** @param {string} id @param {any} card @returns {HTMLElement} */
export function cardMade(id, card) {
  const rows = make("dl");
  const row = (/** @type {string} */ name, /** @type {(Node|string|false)[]} */ ...inner) => {
    const kept = inner.filter(Boolean);
    if (kept.length) rows.append(make("dt", {}, name), make("dd", {}, .../** @type {any} */ (kept)));
  };
  row("来源", card.place, `（${card.status}）`);
  const entry = document.getElementById(`ref-${card.cite}`)?.querySelector(".csl-right-inline");
  row("文献", entry ? (entry.textContent ?? "").trim() : "", card.url ? " " : "", card.url ? linkTo(card.url, "打开") : "");
  row("核对", card.state, card.where ? `：${card.where}` : "", card.date ? `（${card.date}）` : "");
  row("附近的字", card.near?.length ? card.near.join("　") : "");
  row("原文写作", card.printed ?? "");
  if (card.derived) {
    const parts = Object.entries(card.parts ?? {}).map(([name, text]) =>
      make("li", {}, numberLink(name), ` ${text}`));
    row("算式", make("code", {}, card.derived), make("ul", {}, ...parts));
  }
  row("备注", card.note ?? "");
  if (card.record) row("记录", make("code", {}, id), " ", placeLink(card.record[0], card.record[1]));
  const uses = card.uses ?? [];
  row("用在", uses.length > 0 && make("ol", {}, ...uses.map((/** @type {any} */ use) => useMade(id, use))));
  const leads = Object.entries(card.leads ?? {});
  row("用来算出", leads.length > 0 && make("ul", {}, ...leads.map(([name, text]) => make("li", {}, numberLink(name), ` ${text}`))));
  return make("div", { class: "card-body" },
    make("p", { class: "card-value" }, make("strong", {}, card.text), ` ${card.measured ?? ""}`),
    make("p", { class: "card-mark", "data-mark": card.mark }, card.said),
    clippingOf(id, card),
    rows);
}

/** What was cut for numbers, by their ids; a promise until it is there. @type {Map<string, any>} */
const cut = new Map();

/** @param {string} id @param {any} card @returns {HTMLElement|null} the very lines of the source's page */
function clippingOf(id, card) {
  const there = data.clippings?.[id] ?? cut.get(id);
  if (there && !(there instanceof Promise)) return clippingMade(there);
  if (!card.pdf) return null;
  if (!token) return data.unclipped ? make("p", { class: "soft" }, "原文的图片太多，这一张可能没有放进这一页。") : null;
  const room = make("div", { class: "clipping", "aria-busy": "true" }, make("p", { class: "soft" }, "正在从原文里找这几行……"));
  const asked = there ?? fetched(`/picture/${encodeURIComponent(data.name)}/${encodeURIComponent(id)}`);
  cut.set(id, asked);
  asked.then((/** @type {any} */ told) => {
    if (cut.get(id) === asked) cut.set(id, told);
    room.replaceWith(clippingMade(told));
    place();
  });
  return room;
}

/** @param {any} told @returns {HTMLElement} */
function clippingMade(told) {
  if (!told.png) return make("p", { class: "soft" }, told.why || told.error || "");
  const page = `原文第 ${told.page} 页`;
  const marks = told.marks.map((/** @type {number[]} */ box) => {
    const mark = make("span", { class: "clipped-mark" });
    ["left", "top", "width", "height"].forEach((name, at) => mark.style.setProperty(name, `${100 * box[at]}%`));
    return mark;
  });
  const image = make("img", { src: `data:image/png;base64,${told.png}`, alt: told.words, width: Math.round(told.width / 2), height: Math.round(told.height / 2) });
  const sheet = make("div", { class: "clipped" }, image, ...marks);
  const view = make("div", { class: "clipped-view", tabindex: 0, role: "region", "aria-label": page }, sheet);
  const middle = told.marks[0][0] + told.marks[0][2] / 2;
  requestAnimationFrame(() => { view.scrollLeft = middle * sheet.clientWidth - view.clientWidth / 2; });
  return make("figure", { class: "clipping" }, view, make("figcaption", {}, told.why ? `${page}；未必是这一处：${told.why}` : page));
}

/** @param {string} id */
function numberLink(id) {
  return make("button", { type: "button", class: "plain", onclick: () => openFor(id) }, id);
}

/** @param {string} id @param {any} use @returns {Element|Range|null} the very number that a place shows, or the drawing that does */
function shownAt(id, [, , place, , exhibit]) {
  const drawn = exhibit ? document.getElementById(exhibit) : null;
  const range = rangeOf(place);
  const room = drawn ?? pieceAround(range?.startContainer ?? null);
  const there = numbers().filter((one) => one.dataset.number === id && room?.contains(one));
  const behind = there.find((one) => range && range.comparePoint(one, one.childNodes.length) >= 0);
  return behind ?? there[0] ?? drawn ?? range;
}

/** @param {string} id @param {any} use */
function useMade(id, use) {
  const [path, line, , name] = use;
  const there = shownAt(id, use);
  const jump = there && make("button", { type: "button", class: "plain", "aria-label": `看这一处：${name}`, onclick: () => { close(); goTo(there, true); } }, "看这一处");
  return make("li", { title: `${path}:${line}` }, name, jump ? "　" : "", jump || "", make("div", { class: "soft" }, placeLink(path, line)));
}

/** @param {string} id @returns {string} where a number is used, in words */
export function usedWords(id) {
  const card = data.cards?.[id];
  const names = [...new Set((card?.uses ?? []).map((/** @type {any} */ use) => use[3]))];
  if (names.length) return `用在${names.slice(0, 3).join("、")}${names.length > 3 ? ` 等 ${names.length} 处` : ""}`;
  const leads = Object.keys(card?.leads ?? {});
  return leads.length ? `用来算出 ${leads.join("、")}` : "没有用到";
}

/** Go to where a number is used, and open its card there. @param {string} id */
export function goToNumber(id) {
  const card = data.cards?.[id];
  const first = (card?.uses ?? []).map((/** @type {any} */ use) => shownAt(id, use)).find(Boolean);
  const there = numberInText(id) ?? first;
  if (there) goTo(there, true);
  else close();
  open(/** @type {HTMLElement|null} */ (there instanceof Element ? there : null), true, id);
}

/** @param {string} path @param {number} line @returns {HTMLElement} */
export function placeLink(path, line) {
  const words = `${path}:${line}`;
  if (!data.root) return make("code", {}, words);
  return make("a", { href: editorAddress(path, line), class: "place" }, words);
}

/** @param {string} id show the card of a number, at its place in the text or else where the last one was */
function openFor(id) {
  open(numberInText(id) ?? shown, true, id);
}

/** Write on the card what is known of a number. @param {HTMLElement} card @param {string} id */
function fill(card, id) {
  const known = data.cards?.[id];
  told = id;
  card.replaceChildren(
    make("button", { type: "button", class: "close", "aria-label": "关上", onclick: () => close(true) }, "×"),
    known ? cardMade(id, known) : make("p", {}, data.cards ? `没有 ${id} 这个数的记录。` : "还在核对，稍等。"));
  card.setAttribute("aria-label", `${known?.text ?? id} 的来历`);
}

/** @param {HTMLElement|null} number @param {boolean} pin @param {string} [other] */
export function open(number, pin, other) {
  const card = byId("card");
  const id = other ?? number?.dataset.number ?? "";
  fill(card, id);
  clearTimeout(waiting);
  shown?.removeAttribute("aria-expanded");
  shown = number;
  pinned = pin;
  if (number?.matches(".number")) number.setAttribute("aria-expanded", "true");
  if (!card.matches(":popover-open")) card.showPopover();
  card.scrollTop = 0;
  put(card, number);
  if (pin) card.focus({ preventScroll: true });
}

const GAP = 8;

/** Put the card that is shown where its number is now. */
function place() {
  const card = byId("card");
  if (!card.matches(":popover-open")) return;
  const held = card.scrollTop;
  put(card, shown);
  card.scrollTop = held;
}

/** Put a card below its number's line, or above it where there is more room. @param {HTMLElement} card @param {HTMLElement|null} number */
function put(card, number) {
  card.removeAttribute("style");
  if (!number?.isConnected) return;
  const at = number.getClientRects()[0] ?? number.getBoundingClientRect();
  const whole = card.getBoundingClientRect();
  const ceiling = byId("open-contents").getBoundingClientRect().bottom;
  const room = innerHeight - at.bottom - 2 * GAP;
  const above = at.top - ceiling - 2 * GAP;
  const below = whole.height <= room || room >= above;
  const height = Math.min(whole.height, Math.max(below ? room : above, 96));
  const top = below ? at.bottom + GAP : at.top - GAP - height;
  card.style.maxHeight = `${height}px`;
  card.style.top = `${Math.max(ceiling + GAP, Math.min(top, innerHeight - height - GAP))}px`;
  card.style.bottom = "auto";
  if (innerWidth >= 640) card.style.left = `${Math.max(GAP, Math.min(at.left, innerWidth - whole.width - GAP))}px`;
}

export function close(back = false) {
  const card = byId("card");
  if (card.matches(":popover-open")) card.hidePopover();
  if (back) shown?.focus({ preventScroll: true });
}

/** @param {Event} event @returns {HTMLElement|null} */
function numberAt(event) {
  return event.target instanceof Element ? event.target.closest("#pieces .number") : null;
}

export function startCards() {
  const text = byId("pieces");
  const card = byId("card");
  card.addEventListener("toggle", (event) => {
    if (/** @type {any} */ (event).newState === "closed") {
      shown?.removeAttribute("aria-expanded");
      pinned = false;
    }
  });
  text.addEventListener("pointerover", (event) => {
    const number = numberAt(event);
    if (!number || event.pointerType === "touch" || pinned) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => open(number, false), 250);
  });
  const leave = () => {
    if (pinned) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => close(), 300);
  };
  text.addEventListener("pointerout", (event) => numberAt(event) && event.pointerType !== "touch" && leave());
  card.addEventListener("pointerenter", () => clearTimeout(waiting));
  card.addEventListener("pointerleave", (event) => event.pointerType !== "touch" && leave());
  card.addEventListener("pointerdown", () => { pinned = true; });
  text.addEventListener("click", (event) => {
    const number = numberAt(event);
    if (!number || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    open(number, true);
  });
  text.addEventListener("keydown", (event) => {
    const number = numberAt(event);
    if (!number || (event.key !== "Enter" && event.key !== " ") || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    open(number, true);
  });
  card.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    close(true);
  });
  // A card follows its number; what is read goes on being read.
  let asked = false;
  const follow = () => {
    if (!asked) requestAnimationFrame(() => { asked = false; place(); });
    asked = true;
  };
  addEventListener("scroll", follow, { passive: true });
  addEventListener("resize", follow, { passive: true });
  onData((changed) => {
    if (!changed.includes("cards")) return;
    cut.clear();
    markNumbers();
    if (card.matches(":popover-open") && !card.contains(document.activeElement)) fill(card, told);
  });
}
