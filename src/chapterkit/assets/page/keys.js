// The keyboard: one letter each, unless something is being written.
import { byId, make, say, tell } from "./dom.js";
import { close, numbers, open } from "./cards.js";
import { choose, chosenRange } from "./comments.js";
import { data } from "./state.js";
import { closePanel, shownProblems, show, toggle, whereOf } from "./panels.js";
import { toggleContents } from "./contents.js";
import { editorAddress, goTo, originOf, pieceAround, pieces, reveal } from "./text.js";
import { following, setFollow } from "./live.js";
import { lookForNumber } from "./numbers.js";
import { turnTheme } from "./theme.js";

let atProblem = -1;

/** @type {[string, string, (event: Event) => void][]} */
export const KEYS = [
  ["n", "下一个问题", () => step(1)],
  ["p", "上一个问题", () => step(-1)],
  ["u", "下一个没有核对的数", nextUnverified],
  ["e", "在编辑器里打开这一段（也可以按住 Alt 点一段）", openEditor],
  ["c", "给选中的文字写意见", writeComment],
  ["t", "目录", toggleContents],
  ["1", "问题", () => toggle("problems", true)],
  ["2", "来源", () => toggle("sources", true)],
  ["3", "意见", () => toggle("comments", true)],
  ["4", "改动", () => toggle("changes", true)],
  ["5", "总览", () => toggle("overview", true)],
  ["6", "数", () => toggle("numbers", true)],
  ["/", "找一个数", () => { show("numbers"); lookForNumber(); }],
  ["f", "跟着改动走，或不跟", () => setFollow(!following())],
  ["d", "浅色、深色、随系统", turnTheme],
  ["?", "这些按键", () => help()],
];

/** What the browser's own keys do here. @type {[string, string][]} */
const OWN_KEYS = [
  ["Tab", "到下一个数、链接或按钮（Shift+Tab 往回）"],
  ["Enter", "打开这个数的来历"],
  ["Esc", "关上来历或面板，回到原来的地方"],
];

function writeComment() {
  const taken = choose();
  show("comments");
  if (!taken) tell("先选中一段文字，再按 c 写意见。");
  const range = chosenRange();
  if (taken && range) reveal(range);
  byId("panel-body").querySelector("textarea")?.focus({ preventScroll: true });
}

/** @param {number} by */
function step(by) {
  const found = shownProblems().filter((one) => whereOf(one));
  if (!found.length) return tell("没有问题，n 和 p 没有地方可去。");
  atProblem = (atProblem + by + found.length) % found.length;
  const problem = found[atProblem];
  goTo(whereOf(problem));
  tell(`${atProblem + 1}/${found.length} `, make("strong", {}, problem.rule), ` ${problem.message}`, problem.hint ? make("span", { class: "soft" }, `　${problem.hint}`) : "");
}

function nextUnverified() {
  const found = numbers().filter((one) => one.dataset.mark && one.dataset.checked !== "true");
  if (!found.length) return tell("这一章的数都核对过了，没有要看的。");
  const now = /** @type {HTMLElement} */ (document.activeElement);
  const behind = found.find((one) => now.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING && pieceAround(now));
  const next = behind ?? found[0];
  goTo(next);
  next.focus({ preventScroll: true });
  open(next, false);
}

/** @returns {HTMLElement|null} the piece that is looked at */
function currentPiece() {
  return pieceAround(document.activeElement) ?? pieceAround(getSelection()?.anchorNode ?? null) ??
    pieces().find((one) => one.getBoundingClientRect().bottom > innerHeight / 3) ?? null;
}

/** @param {HTMLElement|null} piece @param {HTMLElement|null} [number] */
export function edit(piece, number) {
  const record = number && data.cards?.[number.dataset.number ?? ""]?.record;
  const origin = record ?? originOf(piece);
  if (!origin || !data.root) return say("不知道这里写在哪里");
  tell("打开 ", make("code", {}, `${origin[0]}:${origin[1]}`));
  const link = make("a", { href: editorAddress(origin[0], origin[1]), hidden: true });
  document.body.append(link);
  document.dispatchEvent(new CustomEvent("chapterkit:edit", { detail: origin }));
  link.click();
  link.remove();
}

function openEditor() {
  const focused = document.activeElement?.closest(".number");
  edit(currentPiece(), /** @type {HTMLElement|null} */ (focused ?? null));
}

function help() {
  const dialog = /** @type {HTMLDialogElement} */ (byId("help"));
  if (dialog.open) dialog.close();
  else dialog.showModal();
}

export function startKeys() {
  document.addEventListener("chapterkit:comment", writeComment);
  byId("keys").replaceChildren(...[...KEYS, ...OWN_KEYS].flatMap(([key, words]) => [make("dt", {}, make("kbd", {}, key)), make("dd", {}, words)]));
  byId("open-help").addEventListener("click", help);
  byId("help-close").addEventListener("click", help);
  document.addEventListener("keydown", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.key === "Escape" && target.closest("#panel textarea, #panel input, #panel select") && !event.isComposing) {
      byId("panel-body").focus({ preventScroll: true });
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || target.closest("input, textarea, select, [contenteditable]")) return;
    if (event.key === "Escape") {
      if (byId("card").matches(":popover-open")) close(true);
      else if (!/** @type {HTMLDialogElement} */ (byId("help")).open) closePanel();
      return;
    }
    const found = KEYS.find(([key]) => key === event.key);
    if (!found || ( /** @type {HTMLDialogElement} */ (byId("help")).open && event.key !== "?")) return;
    event.preventDefault();
    found[2](event);
  });
  byId("pieces").addEventListener("click", (event) => {
    if (!event.altKey || !(event.target instanceof Element)) return;
    event.preventDefault();
    edit(pieceAround(event.target), /** @type {HTMLElement|null} */ (event.target.closest(".number")));
  });
}
