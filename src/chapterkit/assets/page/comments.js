// Comments: a passage that was selected, what somebody says of it, and what others answer.
import { byId, make, tell } from "./dom.js";
import { placeLink } from "./cards.js";
import { ask, data, onData, token } from "./state.js";
import { goTo, paint, placeOf, rangeOf } from "./text.js";

/** @type {any} */
let chosen = null;
/** Which comment is being changed. */
let edited = "";
/** @type {Map<string, string>} what is being written, by what it is about */
const drafts = new Map();

/** @param {string} about @param {string} label @param {string} action @param {Record<string, any>} given @param {string} [first] what stands there at first */
function form(about, label, action, given, first = "") {
  const area = /** @type {HTMLTextAreaElement} */ (make("textarea", { rows: 3, "aria-label": label, maxlength: 4000,
    oninput: () => drafts.set(about, area.value) }));
  area.value = drafts.get(about) ?? first;
  const told = make("p", { class: "soft", role: "status" });
  return make("form", { class: "write", onsubmit: async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!area.value.trim()) {
      told.textContent = "还没有写字。";
      area.focus();
      return;
    }
    const answer = await ask("comment", { do: action, text: area.value, ...given });
    if (answer.error) {
      told.textContent = answer.error;
      return;
    }
    drafts.delete(about);
    if (action === "add") chosen = null;
    if (action === "edit") edited = "";
    area.value = "";
    tell("写好了。");
    data.comments = answer.comments ?? data.comments;
    redraw();
  } }, area, make("button", { type: "submit" }, label), make("button", { type: "button", onclick: (/** @type {Event} */ event) => {
    drafts.delete(about);
    const unfolded = /** @type {Element} */ (event.target).closest("details");
    if (unfolded) unfolded.open = false;
    else if (action === "edit") edited = "";
    else chosen = null;
    redraw();
  } }, "取消"), told);
}

/** @param {string} action @param {string} id */
async function act(action, id) {
  const answer = await ask("comment", { do: action, id });
  if (answer.error) tell(answer.error);
  else if (answer.comments) {
    data.comments = answer.comments;
    redraw();
  }
}

/** @param {HTMLElement} root */
export function drawComments(root) {
  if (token) {
    root.append(chosen
      ? make("section", { class: "group" }, make("h3", {}, "新的意见"), make("blockquote", {}, chosen[3]), form("new", "留下意见", "add", { place: chosen }))
      : make("p", { class: "soft" }, "选中一段文字，按 C，或者", make("button", { type: "button",
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
  return make("li", { class: `comment${one.resolved ? " resolved" : ""}` },
    make("blockquote", {}, one.place ? make("button", { type: "button", class: "plain jump", onclick: range }, one.quote) : one.quote),
    make("p", { class: "said" }, one.text),
    make("p", { class: "soft" }, `${one.author}，${one.date} `, one.path ? placeLink(one.path, one.line) : ""),
    one.replies.length > 0 && make("ul", { class: "replies" }, ...one.replies.map((/** @type {any} */ reply) =>
      make("li", {}, make("p", { class: "said" }, reply.text), make("p", { class: "soft" }, `${reply.author}，${reply.date}`)))),
    token && make("details", { "data-name": `reply-${one.id}` }, make("summary", {}, "回复"), form(one.id, "回复", "reply", { id: one.id })),
    token && edited === one.id && form(`edit-${one.id}`, "存下修改", "edit", { id: one.id }, one.text),
    token && make("button", { type: "button", onclick: () => act(one.resolved ? "reopen" : "resolve", one.id) }, one.resolved ? "重新打开" : "解决了"),
    token && own && make("button", { type: "button", onclick: () => { edited = one.id; redraw(); } }, "修改"),
    token && own && make("button", { type: "button", onclick: () => { if (confirm("删掉这条意见？")) act("delete", one.id); } }, "删掉"));
}

/** @returns {Range|null} the passage that a new comment is about */
export function chosenRange() {
  return chosen && rangeOf(chosen);
}

function redraw() {
  byId("panel-body").dispatchEvent(new CustomEvent("redraw"));
}

/** Take the passage that is selected as that of a new comment; tell whether there is one. */
export function choose() {
  const selection = getSelection();
  if (!selection?.rangeCount || selection.isCollapsed) return false;
  const place = placeOf(selection.getRangeAt(0));
  if (!place) return false;
  chosen = place;
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

export function startComments() {
  onData((changed) => {
    if (changed.includes("comments") || changed.includes("order")) markComments();
  });
}
