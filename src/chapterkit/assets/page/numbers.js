// All numbers in a list, looked for by what they are, where they are from, and how far they are verified.
import { goToNumber, usedWords } from "./cards.js";
import { byId, make } from "./dom.js";
import { data } from "./state.js";

const MOST_SHOWN = 200;
export const STATES = [["verified", "已核对"], ["recorded", "有记录"], ["reported", "不是第一手的"], ["stale", "改过"], ["doubtful", "对不上"]];
export const REPORTED = [["secondary", "转引"], ["readme", "项目说明"], ["own-run", "作者自己的运行"]];
export const STATUSES = [["primary", "来源本身"], ["own-run", "作者自己的运行"], ["readme", "项目说明"], ["secondary", "转引"]];
const CHECKED = [["checked", "核对过的，不论出处"], ["unchecked", "没有核对的，不论出处"]];
const NONE = { words: "", mark: "", kind: "", record: "", cite: "" };
const wanted = { ...NONE, counted: 0 };

/** @param {string} id */
function recordOf(id) {
  return id.slice(0, Math.max(0, id.lastIndexOf(".")));
}

/** @param {string} text */
function plain(text) {
  return text.normalize("NFKC").toLowerCase().replace(/\s/gu, "");
}

/** @param {any} card @returns {string[]} all that its state may be called */
function marksOf(card) {
  return [card.mark, `${card.mark}:${card.kind}`, card.checked ? "checked" : "unchecked"];
}

/** @returns {[string, any][]} */
function found() {
  const words = wanted.words.split(/\s+/u).map(plain).filter(Boolean);
  return Object.entries(data.cards ?? {}).filter(([id, card]) => {
    if (wanted.mark && !marksOf(card).includes(wanted.mark)) return false;
    if (wanted.kind && card.kind !== wanted.kind) return false;
    if (wanted.record && recordOf(id) !== wanted.record) return false;
    if (wanted.cite && card.cite !== wanted.cite) return false;
    const said = plain([card.text, card.of, card.when, id, card.source, card.cite, card.at, card.title, card.said, card.where, card.note, ...(card.near ?? [])].join("\n"));
    return words.every((one) => said.includes(one));
  });
}

/** @param {[string, any]} one */
function rowMade([id, card]) {
  return make("li", { "data-mark": card.mark, class: "found" },
    make("button", { type: "button", class: "plain jump", onclick: () => goToNumber(id) }, make("strong", {}, card.text), ` ${card.measured ?? id}`),
    make("p", { class: "soft card-mark" }, `${card.said}；${card.place}`, " ", make("code", {}, id), ` ${usedWords(id)}`));
}

/** @param {HTMLElement} list @param {HTMLElement} count */
function fill(list, count) {
  const rows = found();
  const more = rows.length > MOST_SHOWN ? `，列出前 ${MOST_SHOWN} 个` : "";
  const unprinted = wanted.counted > rows.length ? `账本里另有 ${wanted.counted - rows.length} 个没有印在书里。` : "";
  count.textContent = rows.length ? `${rows.length} 个数${more}${unprinted && `；${unprinted}`}` : unprinted || "没有这样的数，换一个词，或少选一项。";
  list.replaceChildren(...rows.slice(0, MOST_SHOWN).map(rowMade));
}

/** @param {HTMLElement} root */
export function drawNumbers(root) {
  if (!data.cards) return root.append(make("p", { class: "soft" }, "正在数……"));
  const list = make("ul", { class: "numbers" });
  const count = make("p", { class: "soft", role: "status" });
  const cards = Object.entries(data.cards);
  const choice = (/** @type {string} */ label, /** @type {"mark"|"kind"|"record"|"cite"} */ name, /** @type {[string, string][]} */ options) =>
    make("label", {}, label, make("select", { onchange: (/** @type {any} */ event) => { Object.assign(wanted, { [name]: event.target.value, counted: 0 }); fill(list, count); } },
      make("option", { value: "" }, "全部"), ...options.map(([value, words]) => make("option", { value, selected: wanted[name] === value }, words))));
  const known = new Map((data.dashboard?.records ?? []).map((/** @type {any} */ one) => [one.slug, `${one.label} ${one.title}`.trim()]));
  const records = [...new Set([...known.keys(), ...cards.map(([id]) => recordOf(id))])].filter((one) => one && cards.some(([id]) => recordOf(id) === one));
  const named = new Map(cards.map(([, card]) => [card.cite, card.source || card.cite]));
  const twice = (/** @type {string} */ words) => [...named.values()].filter((one) => one === words).length > 1;
  const sources = [...named].map(([key, words]) => [key, twice(words) ? `${words}（${key}）` : words]);
  const marks = new Set(cards.flatMap(([, card]) => marksOf(card)));
  const kinds = new Set(cards.map(([, card]) => card.kind));
  const states = STATES.flatMap((one) => one[0] === "reported" ? REPORTED.map(([kind, words]) => [`reported:${kind}`, words]) : [one]).concat(CHECKED);
  root.append(make("div", { class: "filters" },
    make("input", { type: "search", id: "find-number", value: wanted.words, "aria-label": "找数：值、名字、来源", placeholder: "值、名字、来源……",
      oninput: (/** @type {any} */ event) => { wanted.words = event.target.value; fill(list, count); },
      onkeydown: (/** @type {KeyboardEvent} */ event) => {
        if (event.key !== "Enter" || event.isComposing) return;
        event.preventDefault();
        /** @type {HTMLElement|null} */ (list.querySelector(".jump"))?.click();
      } }),
    choice("状态", "mark", /** @type {any} */ (states.filter(([mark]) => marks.has(mark) || mark === wanted.mark))),
    choice("出处", "kind", /** @type {any} */ (STATUSES.filter(([kind]) => kinds.has(kind) || kind === wanted.kind))),
    choice(data.dashboard?.kinds || "记录", "record", records.map((one) => [one, /** @type {string} */ (known.get(one) ?? cards.find(([id]) => recordOf(id) === one)?.[1].title ?? one)])),
    choice("来源", "cite", /** @type {any} */ (sources.sort((one, other) => one[1].localeCompare(other[1]))))), count, list);
  fill(list, count);
}

/** Choose which numbers are listed. @param {Partial<typeof wanted>} given what is asked of them, and how many the ledger has */
export function chooseNumbers(given) {
  Object.assign(wanted, NONE, { counted: 0 }, given);
}

/** Put the focus where a number is looked for. */
export function lookForNumber() {
  const field = /** @type {HTMLInputElement|null} */ (document.getElementById("find-number"));
  (field ?? byId("panel-body")).focus({ preventScroll: true });
  field?.select();
}
