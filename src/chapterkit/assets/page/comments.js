// Comments: a passage that was selected, what somebody says of it, and what others answer.
import { byId, make, tell } from "./dom.js";
import { placeLink } from "./cards.js";
import { ask, data, keepWriting, onData, token, writing } from "./state.js";
import { goTo, inSight, paint, pieceAround, placeOf, rangeOf } from "./text.js";

/** @type {any} */
let chosen = null;
/** What is being changed, and how it read when that began. @type {{about: string, before: string}|null} */
let edited = null;
/** @type {Map<string, string>} what is being written, by what it is about */
const drafts = new Map();

/** Keep what is being written, should the page be loaded anew. */
function keep() {
  keepWriting({ chosen, edited, drafts: [...drafts] });
}

/** Tell whether something is being written. */
export function isWriting() {
  return Boolean(chosen || edited || drafts.size);
}

/** @param {string} about @param {string} label @param {string} action @param {Record<string, any>} given @param {string} [first] what stands there at first */
function form(about, label, action, given, first = "") {
  const area = /** @type {HTMLTextAreaElement} */ (make("textarea", { rows: 3, "aria-label": label, maxlength: 4000,
    "data-draft": about,
    oninput: () => {
      drafts.set(about, area.value);
      keep();
    },
    onkeydown: (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
      event.preventDefault();
      area.form?.requestSubmit();
    } }));
  area.value = drafts.get(about) ?? first;
  const told = make("p", { class: "soft", role: "status" });
  return make("form", { class: "write", onsubmit: async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!area.value.trim()) {
      told.textContent = "还没有写字。";
      area.focus();
      return;
    }
    const unfolded = area.closest("details");
    const answer = await ask("comment", { do: action, text: area.value, ...given });
    if (answer.error) {
      told.textContent = answer.error;
      return;
    }
    drafts.delete(about);
    if (action === "add") chosen = null;
    if (action.startsWith("edit")) edited = null;
    area.value = "";
    tell("写好了。");
    data.comments = answer.comments ?? data.comments;
    if (unfolded) unfolded.open = false;
    redraw();
    focusOn(given.id);
  } }, area, make("button", { type: "submit", title: "也可以按 Ctrl+Enter" }, label), make("button", { type: "button", onclick: (/** @type {Event} */ event) => {
    drafts.delete(about);
    const unfolded = /** @type {Element} */ (event.target).closest("details");
    if (unfolded) unfolded.open = false;
    else if (action.startsWith("edit")) edited = null;
    else chosen = null;
    redraw();
  } }, "取消"), told);
}

/** @param {string} action @param {string} id @param {Record<string, any>} [given] */
async function act(action, id, given = {}) {
  const answer = await ask("comment", { do: action, id, ...given });
  if (answer.error) tell(answer.error);
  else if (answer.comments) {
    data.comments = answer.comments;
    redraw();
    focusOn(id);
  }
}

/** Put the focus on a comment, or on the panel if it is gone: never on a button that happens to stand there. @param {string} [id] */
function focusOn(id) {
  const there = [...document.querySelectorAll("#panel .comment")].find((one) => /** @type {HTMLElement} */ (one).dataset.comment === id);
  /** @type {HTMLElement} */ (there ?? byId("panel-body")).focus({ preventScroll: !there });
}

/** Put the cursor into the box of a form that has been unfolded. @param {Event} event */
function writeBelow(event) {
  const unfolded = /** @type {HTMLElement} */ (event.currentTarget).closest("details");
  setTimeout(() => { if (unfolded?.open) unfolded.querySelector("textarea")?.focus({ preventScroll: true }); });
}

/** @param {HTMLElement} root */
export function drawComments(root) {
  if (token) {
    root.append(chosen
      ? make("section", { class: "group" }, make("h3", {}, "新的意见"), make("blockquote", {}, chosen[3]), form("new", "留下意见", "add", { place: chosen }))
      : make("p", { class: "soft" }, matchMedia("(pointer: coarse)").matches ? "选中一段文字，再点" : "选中一段文字，按 C，或者", make("button", { type: "button",
        onpointerdown: (/** @type {Event} */ event) => event.preventDefault(), // so that the selection stays
        onclick: () => { if (choose()) redraw(); else tell("先选中一段文字。"); } }, "写意见")),
      make("p", { class: "soft" }, "意见写在 ", make("code", {}, `review/${data.name}.yaml`), "，随书稿一起存进 git。"));
  }
  const every = data.comments ?? [];
  if (!every.length) root.append(make("p", { class: "soft" }, "还没有意见。"));
  const groups = [["还没有解决", (/** @type {any} */ one) => !one.resolved && one.place], ["原文已经不在", (/** @type {any} */ one) => !one.resolved && !one.place], ["已经解决", (/** @type {any} */ one) => one.resolved]];
  for (const [title, holds] of /** @type {[string, (one: any) => boolean][]} */ (groups)) {
    const group = every.filter(holds);
    if (!group.length) continue;
    root.append(make("section", { class: "group" }, make("h3", {}, `${title} `, make("span", { class: "count" }, String(group.length))),
      make("ul", {}, ...group.map(commentMade))));
  }
}

/** @param {any} one */
function commentMade(one) {
  const range = () => goTo(rangeOf(one.place));
  const own = one.author === data.me;
  const about = `edit-${one.id}`;
  return make("li", { class: `comment${one.resolved ? " resolved" : ""}`, "data-comment": one.id, tabindex: -1 },
    make("blockquote", {}, one.place ? make("button", { type: "button", class: "plain jump", onclick: range }, one.quote) : one.quote),
    make("p", { class: "said" }, one.text),
    make("p", { class: "soft" }, `${whenSaid(one)} `, one.path ? placeLink(one.path, one.line) : ""),
    one.replies.length > 0 && make("ul", { class: "replies" }, ...one.replies.map((/** @type {any} */ reply, /** @type {number} */ place) => replyMade(one, reply, place))),
    token && make("details", { "data-name": `reply-${one.id}` }, make("summary", { onclick: writeBelow }, "回复"), form(one.id, "回复", "reply", { id: one.id })),
    ...changing(about, one.text, "edit", { id: one.id }),
    token && make("button", { type: "button", onclick: () => act(one.resolved ? "reopen" : "resolve", one.id) }, one.resolved ? "重新打开" : "解决了"),
    own && beginButton(about, one.text),
    token && own && make("button", { type: "button", onclick: () => { if (confirm("删掉这条意见？")) act("delete", one.id, { before: one.text }); } }, "删掉"));
}

/** @param {any} one @returns {string} who said something, when, and when it was changed */
function whenSaid(one) {
  return `${one.author}，${one.date}${one.edited ? `（${one.edited} 改过）` : ""}`;
}

/** @param {any} one @param {any} reply @param {number} place */
function replyMade(one, reply, place) {
  const about = `edit-${one.id}-${place}`;
  const own = reply.author === data.me;
  const remove = token && own && make("button", { type: "button", onclick: () => {
    if (confirm("删掉这条回复？")) act("delete-reply", one.id, { reply: place, before: reply.text });
  } }, "删掉");
  return make("li", {}, make("p", { class: "said" }, reply.text), make("p", { class: "soft" }, `${whenSaid(reply)} `, own && beginButton(about, reply.text), remove),
    ...changing(about, reply.text, "edit-reply", { id: one.id, reply: place }));
}

/** @param {string} about @param {string} text */
function beginButton(about, text) {
  return token && edited?.about !== about && make("button", { type: "button", onclick: () => { edited = { about, before: text }; redraw(); } }, "修改");
}

/** @param {string} about @param {string} text how it reads now @param {string} action @param {Record<string, any>} given */
function changing(about, text, action, given) {
  if (!token || edited?.about !== about) return [];
  const { before } = edited;
  return [text !== before && make("p", { class: "bad", role: "status" }, "这条在别处已经改成了上面的样子；你写的还在下面，看过再存。", make("button", { type: "button",
    onclick: () => { edited = { about, before: text }; redraw(); } }, "看过了")),
    form(about, "存下修改", action, { ...given, before }, before)];
}

/** @returns {Range|null} the passage that a new comment is about */
export function chosenRange() {
  return chosen && rangeOf(chosen);
}

function redraw() {
  keep();
  byId("panel-body").dispatchEvent(new CustomEvent("redraw"));
}

/** Take the passage that is selected as that of a new comment; tell whether there is one. */
export function choose() {
  const selection = getSelection();
  if (!selection?.rangeCount || selection.isCollapsed) return false;
  const place = placeOf(selection.getRangeAt(0));
  if (!place) return false;
  chosen = place;
  keep();
  markComments();
  return true;
}

export function markComments() {
  const ranges = (data.comments ?? []).filter((/** @type {any} */ one) => !one.resolved && one.place)
    .map((/** @type {any} */ one) => rangeOf(one.place)).filter((/** @type {any} */ one) => one !== null);
  const range = chosenRange();
  paint("comment", ranges);
  paint("chosen", range ? [range] : []);
  const open = (data.comments ?? []).filter((/** @type {any} */ one) => !one.resolved).length;
  byId("open-comments").querySelector(".count")?.replaceChildren(String(open));
}

/** Show a button below the passage that is selected, and none if none is. */
function offer() {
  const button = byId("comment-here");
  const selection = getSelection();
  const range = selection?.rangeCount && !selection.isCollapsed ? selection.getRangeAt(0) : null;
  const rows = range && pieceAround(range.startContainer) && range.toString().trim() ? [...range.getClientRects()] : [];
  const last = rows.at(-1);
  const [top, foot] = inSight();
  button.hidden = !last || last.bottom < top || last.top > foot;
  if (button.hidden || !last) return;
  button.style.top = `${Math.min(last.bottom + 10, foot - button.offsetHeight - 4)}px`;
  button.style.left = `${Math.max(8, Math.min(last.right - button.offsetWidth / 2, innerWidth - button.offsetWidth - 8))}px`;
}

export function startComments() {
  if (token) {
    const kept = writing();
    if (kept) {
      [chosen, edited] = [kept.chosen, kept.edited];
      for (const [about, text] of kept.drafts) drafts.set(about, text);
    }
    const button = byId("comment-here");
    button.addEventListener("pointerdown", (event) => event.preventDefault()); // so that the selection stays
    button.addEventListener("click", () => {
      document.dispatchEvent(new CustomEvent("chapterkit:comment"));
      getSelection()?.removeAllRanges();
      button.hidden = true;
    });
    document.addEventListener("selectionchange", offer);
    addEventListener("scroll", offer, { passive: true });
  }
  onData((changed) => {
    if (changed.includes("comments") || changed.includes("order")) markComments();
  });
}
