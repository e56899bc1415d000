// The panels at the side: one is open at a time, each drawn anew when what it tells has changed.
import { byId, make, tell } from "./dom.js";
import { goToNumber, numberInText, open as openCard, placeLink, usedWords } from "./cards.js";
import { ask, data, onData, recalled, remember, token } from "./state.js";
import { goTo, keepingPlace, paint, pieceOf, rangeOf } from "./text.js";
import { drawComments, isWriting } from "./comments.js";
import { chooseNumbers, drawNumbers, REPORTED, STATES, STATUSES } from "./numbers.js";
import { noteFirst, noteRead, sinceRead } from "./since.js";

const LEGEND = {
  verified: "取自来源或由其中的数算出，已核对", recorded: "取自来源或由其中的数算出，未核对", stale: "核对以后改过", doubtful: "和来源对不上",
};
const SEVERITIES = { error: "错误", warning: "提醒" };

/** @type {Record<string, {title: string, draw: (root: HTMLElement) => void, needs: string[]}>} */
const PANELS = {
  problems: { title: "问题", draw: drawProblems, needs: ["problems", "allows", "rules", "failures"] },
  sources: { title: "来源", draw: drawSources, needs: ["sources", "cards"] },
  comments: { title: "意见", draw: drawComments, needs: ["comments"] },
  changes: { title: "改动", draw: drawChanges, needs: ["changes", "places", "cards"] },
  overview: { title: "总览", draw: drawOverview, needs: ["dashboard", "outline"] },
  numbers: { title: "数", draw: drawNumbers, needs: ["cards"] },
};

let current = "";
const filter = { severity: "", rule: "", accepted: true };

/** @param {string} name @returns {HTMLElement} */
function button(name) {
  return byId(`open-${name}`);
}

/** @type {Element|null} what had the focus before it went into a panel */
let before = null;

/** @param {string} name open a panel, or close it if it is open @param {boolean} [enter] whether the focus goes into it */
export function toggle(name, enter = false) {
  if (current === name) return closePanel();
  if (!document.activeElement?.closest("#panel")) before = document.activeElement;
  show(name);
  if (enter) byId("panel-body").focus({ preventScroll: true });
}

/** Close the panel that is open, and give the focus back if it was within. */
export function closePanel() {
  if (!current) return;
  const last = button(current);
  const within = document.activeElement?.closest("#panel");
  show("");
  if (!within) return;
  const back = before?.isConnected && before !== document.body ? /** @type {HTMLElement} */ (before) : last;
  back.focus({ preventScroll: true });
}

/** @param {string} name */
export function show(name) {
  if (current) button(current).setAttribute("aria-expanded", "false");
  current = name;
  busy = false;
  keepingPlace(() => {
    byId("panel").hidden = !name;
    document.body.classList.toggle("with-panel", Boolean(name));
  });
  remember("panel", name);
  markChanges();
  if (!name) return;
  button(name).setAttribute("aria-expanded", "true");
  byId("panel-title").textContent = PANELS[name].title;
  draw();
  byId("panel-body").scrollTop = 0;
}

const CONTROLS = "button, a, input, select, textarea, summary";
/** What holds controls, and is known by a name of its own. */
const HOLDERS = "[data-comment], [data-name]";

/** @param {Element} one */
function nameOf(one) {
  return one.getAttribute("data-comment") ?? one.getAttribute("data-name");
}

/** Note where the focus is among the controls of what has a name; the function given finds that again. @param {HTMLElement} root @param {Element|null} focused */
function finding(root, focused) {
  if (!focused || !root.contains(focused) || focused === root) return () => null;
  const draft = focused.getAttribute("data-draft");
  const holder = focused.closest(HOLDERS);
  const named = holder && root.contains(holder) ? nameOf(holder) : null;
  const place = [...(named === null ? root : /** @type {Element} */ (holder)).querySelectorAll(CONTROLS)].indexOf(focused);
  return () => {
    if (draft !== null) return [...root.querySelectorAll("[data-draft]")].find((one) => one.getAttribute("data-draft") === draft) ?? null;
    const there = named === null ? root : [...root.querySelectorAll(HOLDERS)].find((one) => nameOf(one) === named);
    return place < 0 ? there : there?.querySelectorAll(CONTROLS)[place];
  };
}

/** Whether characters are being composed or a button is held down, and the panel is to be drawn afterwards. */
let [busy, late] = [false, false];

/** @param {boolean} now whether what is in the panel must stay just now: drawn anew, it would be lost */
function setBusy(now) {
  busy = now;
  if (!busy && late) setTimeout(draw); // what the box gets, or the click does, comes first
}

/** Draw the open panel; what was unfolded stays so, and so does the focus. */
export function draw() {
  late = busy;
  if (!current || busy) return;
  const root = byId("panel-body");
  const unfolded = new Set([...root.querySelectorAll("details[open]")].map((one) => one.getAttribute("data-name")));
  const field = /** @type {HTMLInputElement|null} */ (document.activeElement);
  const again = finding(root, field);
  const caret = field?.matches("textarea, input[type=search], input[type=text]") ? [field.selectionStart, field.selectionEnd] : null;
  const held = root.scrollTop;
  root.replaceChildren();
  PANELS[current].draw(root);
  for (const one of root.querySelectorAll("details")) {
    if (unfolded.has(one.getAttribute("data-name"))) one.open = true;
  }
  root.scrollTop = held;
  const there = /** @type {HTMLInputElement|null|undefined} */ (again());
  there?.focus({ preventScroll: true });
  if (caret && there?.matches("textarea, input")) there.setSelectionRange(caret[0], caret[1]);
}

/** @param {any} problem @returns {Range|Element|null} where a problem shows on the page */
export function whereOf(problem) {
  const number = problem.number && numberInText(problem.number);
  return number || rangeOf(problem.place) || (problem.place && pieceOf(problem.place[0])) || null;
}

/** @returns {any[]} the problems that are shown now */
export function shownProblems() {
  return (data.problems ?? []).filter((/** @type {any} */ one) =>
    (!filter.severity || one.severity === filter.severity) &&
    (!filter.rule || one.rule === filter.rule) && (filter.accepted || !one.accepted));
}

/** @param {any} problem */
function problemMade(problem) {
  const where = whereOf(problem);
  const row = make("li", { "data-name": `problem-${problem.rule}-${problem.message}`, class: `problem ${problem.severity}${problem.accepted ? " accepted" : ""}` },
    make("p", {}, where ? make("button", { type: "button", class: "plain jump", onclick: () => goTo(where) }, problem.message) : problem.message,
      problem.accepted ? make("span", { class: "tag" }, "基线已收") : ""),
    problem.hint && make("p", { class: "soft" }, problem.hint),
    make("p", { class: "soft" }, placeLink(problem.path, problem.line)));
  if (problem.mends && token) {
    row.append(make("button", { type: "button", onclick: async (/** @type {Event} */ event) => {
      const self = /** @type {HTMLButtonElement} */ (event.currentTarget);
      self.disabled = true;
      const { path, line, column, rule, message } = problem;
      const answer = await ask("mend", { path, line, column, rule, message });
      self.disabled = false;
      self.after(make("span", { class: "soft", role: "status" }, answer.error ?? answer.said ?? ""));
    } }, "改好"));
  }
  return row;
}

/** @param {HTMLElement} root */
function drawProblems(root) {
  const every = data.problems;
  const failures = data.failures ?? [];
  if (failures.length) {
    root.append(make("section", { class: "group" },
      make("p", { class: "bad" }, "新的书稿读不成，改好之前不知道有没有别的问题。"),
      make("ul", {}, ...failures.map((/** @type {any} */ one) => make("li", { class: "problem error" }, make("p", {}, one.message),
        one.hint && make("p", { class: "soft" }, one.hint), one.path && make("p", { class: "soft" }, placeLink(one.path, one.line)))))));
    if (every?.length) root.append(make("p", { class: "soft" }, "下面是上一次读成时的问题。"));
  }
  if (!every && failures.length) return;
  if (!every) return root.append(make("p", { class: "soft" }, "正在检查……"));
  const rules = [...new Set(every.map((/** @type {any} */ one) => one.rule))].sort();
  const choice = (/** @type {string} */ label, /** @type {"severity"|"rule"} */ name, /** @type {[string, string][]} */ options) =>
    make("label", {}, label, make("select", { onchange: (/** @type {any} */ event) => { filter[name] = event.target.value; draw(); markProblems(); } },
      make("option", { value: "" }, "全部"),
      ...options.map(([value, words]) => make("option", { value, selected: filter[name] === value }, words))));
  if (every.length) {
    root.append(make("div", { class: "filters" },
      choice("轻重", "severity", /** @type {any} */ (Object.entries(SEVERITIES))),
      choice("规则", "rule", /** @type {any} */ (rules.map((one) => [one, one || "书稿"]))),
      make("label", {}, make("input", { type: "checkbox", checked: filter.accepted, onchange: (/** @type {any} */ event) => { filter.accepted = event.target.checked; draw(); markProblems(); } }), "也看基线收下的")));
  }
  const shown = shownProblems();
  if (!shown.length && (every.length || !failures.length)) root.append(make("p", { class: "soft" }, every.length ? "这样筛选，没有问题。" : "没有问题。"));
  root.append(make("p", { class: "soft" }, `查过 ${data.checked ?? 0} 条规则；书稿里允许的例外 ${data.allows?.length ?? 0} 处，基线收下的旧问题 ${every.filter((/** @type {any} */ one) => one.accepted).length} 个。`));
  for (const severity of ["error", "warning", ""]) {
    for (const rule of rules) {
      const group = shown.filter((one) => one.severity === severity && one.rule === rule);
      if (!group.length) continue;
      const page = data.rules?.[rule];
      root.append(make("section", { class: "group" },
        make("h3", {}, `${SEVERITIES[/** @type {"error"} */ (severity)] ?? ""} ${rule || "书稿"} `, make("span", { class: "count" }, String(group.length))),
        page && make("details", { "data-name": `rule-${rule}` }, make("summary", {}, "这条规则"), make("pre", { tabindex: 0, "aria-label": `规则 ${rule}` }, page)),
        make("ul", {}, ...group.map(problemMade))));
    }
  }
  const allows = data.allows ?? [];
  if (allows.length) {
    root.append(make("section", { class: "group" }, make("h3", {}, "书稿里允许的 ", make("span", { class: "count" }, String(allows.length))),
      make("ul", {}, ...allows.map((/** @type {any} */ one) => make("li", { class: "allow" },
        make("p", {}, make("button", { type: "button", class: "plain jump", onclick: () => goTo(rangeOf(one.place)) }, one.rules.join("、") || "看不懂的一条")),
        make("p", {}, one.reason || "没有写理由"), make("p", { class: "soft" }, placeLink(one.path, one.line)))))));
  }
}

/** Mark problems in the text, and count them in the title. */
export function markProblems() {
  const shown = shownProblems();
  for (const severity of ["error", "warning"]) {
    const ranges = shown.filter((one) => one.severity === severity && !one.accepted)
      .map((one) => rangeOf(one.place)).filter((one) => one !== null);
    paint(`problem-${severity}`, /** @type {Range[]} */ (ranges));
  }
  for (const one of document.querySelectorAll("#pieces > [data-problems]")) one.removeAttribute("data-problems");
  const counts = new Map();
  for (const one of shown.filter((problem) => !problem.accepted)) {
    const where = whereOf(one);
    const element = where instanceof Range ? where.startContainer.parentElement : where;
    const piece = element?.closest("#pieces > *");
    if (piece) counts.set(piece, (counts.get(piece) ?? 0) + 1);
  }
  for (const [piece, count] of counts) piece.setAttribute("data-problems", String(count));
  const open = (data.problems ?? []).filter((/** @type {any} */ one) => !one.accepted).length;
  const unknown = Boolean(data.failures?.length);
  button("problems").querySelector(".count")?.replaceChildren(unknown ? "？" : data.problems ? String(open) : "…");
  document.title = `${unknown ? "(？) " : open ? `(${open}) ` : ""}${data.heading ?? ""}`;
}

/** @param {HTMLElement} root */
function drawSources(root) {
  const rows = data.sources ?? [];
  if (!rows.length) root.append(make("p", { class: "soft" }, data.sources ? "书目是空的。" : "正在数……"));
  const resting = rows.filter((/** @type {any} */ one) => one.numbers.length > 0);
  const others = rows.filter((/** @type {any} */ one) => one.numbers.length === 0);
  const atHand = rows.filter((/** @type {any} */ one) => one.text).length;
  if (rows.length) root.append(make("p", { class: "soft" }, `${resting.length} 份文献有数，${others.length} 份没有；手边有 ${atHand} 份的原文。`));
  root.append(...resting.map(sourceMade));
  if (others.length) {
    root.append(make("details", { "data-name": "without-numbers" }, make("summary", {}, `没有数的文献 ${others.length} 份`), ...others.map(sourceMade)));
  }
}

/** @param {any} one */
function sourceMade(one) {
  const list = one.numbers.map((/** @type {[string, string, string]} */ [id, text, of]) => {
    const words = [make("strong", {}, text), ` ${of || id}`];
    const known = data.cards?.[id];
    return make("li", {}, ...(known ? [make("button", { type: "button", class: "plain", title: id, onclick: () => goToNumber(id) }, ...words)] : words),
      make("span", { class: "soft" }, `（${data.cards ? usedWords(id) : "还在核对"}）`));
  });
  const count = one.numbers.length ? `${one.numbers.length} 个数，核对 ${one.verified}` : "";
  return make("details", { class: "source", "data-name": `source-${one.key}` },
    make("summary", {}, make("strong", {}, one.short || one.key), ` ${one.title.length > 46 ? `${one.title.slice(0, 45)}…` : one.title} `,
      make("span", { class: "soft" }, count),
      one.text && make("span", { class: "tag" }, "有原文"),
      !one.cited && make("span", { class: "tag bad" }, one.used ? "没有引用，只有数" : "没有用到")),
    make("p", {}, one.title), make("p", { class: "soft" }, make("code", {}, one.key), " ", placeLink(one.path, one.line)),
    list.length > 0 && make("ul", {}, ...list));
}

// --- what has changed

/** @type {any} */
let since = null;

/** @param {HTMLElement} root */
function drawChanges(root) {
  const read = sinceRead();
  const here = make("div", { id: "since-read" });
  root.append(make("section", { class: "group" }, make("h3", {}, "这台浏览器上次读过以后"),
    read ? here : make("p", { class: "soft" }, "还没有读过的记号。")),
    make("button", { type: "button", onclick: () => { noteRead(); draw(); markChanges(); tell("记下了。"); } }, "记作读过"));
  if (read) drawDifference(here, read);
  const told = data.changes ?? since;
  if (token) {
    const input = make("input", { type: "text", name: "base", value: recalled("base") ?? "HEAD", "aria-label": "提交或标签", size: 14 });
    const field = /** @type {HTMLInputElement} */ (input);
    field.addEventListener("input", () => { remember("base", field.value); forget(); });
    const listed = (data.commits ?? []).map((/** @type {any} */ one) => make("option", { value: one.name, selected: one.name === field.value }, `${one.date} ${one.name} ${one.subject}`));
    root.append(make("form", { class: "filters", onsubmit: (/** @type {Event} */ event) => {
      event.preventDefault();
      compare(field.value);
    } }, make("h3", {}, "和一个提交或标签比"),
      listed.length > 0 && make("select", { "aria-label": "最近的提交和标签", onchange: (/** @type {any} */ event) => {
        if (!event.target.value) return;
        remember("base", event.target.value);
        compare(event.target.value);
      } }, make("option", { value: "" }, "最近的提交和标签……"), ...listed),
      input, make("button", { type: "submit" }, "比较")));
    if (since && !since.working) root.append(make("button", { type: "button", onclick: () => { forget(); draw(); } }, "清除比较"));
  }
  const result = make("div", { id: "compared", role: "status" });
  root.append(result);
  if (told) drawComparison(result, told);
}

/** @param {string} base compare with a commit, and say so meanwhile */
async function compare(base) {
  since = { working: base };
  draw();
  const answer = await ask("changes", { base });
  if (since?.working !== base) return;
  since = answer;
  draw();
  markChanges();
}

/** Let go of a comparison that is no longer the one asked for. */
function forget() {
  since = null;
  byId("compared").replaceChildren();
  markChanges();
}

/** Which changes are listed; empty for all. */
let kindShown = "";

const KINDS = { reworded: "改写", added: "新加", moved: "移动", removed: "删去" };

/** @param {HTMLElement} root @param {any} told */
function drawComparison(root, told) {
  if (told.working) return root.append(make("p", {}, `正在和 ${told.working} 比较……`));
  if (told.error) return root.append(make("p", {}, told.error));
  root.append(make("section", { class: "group" }, make("h3", {}, `${told.base} 到${told.until ? ` ${told.until}` : "现在"}`)));
  drawDifference(root, told);
}

/** @param {HTMLElement} root @param {any} told numbers and paragraphs that have changed */
function drawDifference(root, told) {
  const kinds = Object.entries(KINDS).map(([kind, words]) => ({ kind, words, count: told.paragraphs.filter((/** @type {any} */ one) => one.kind === kind).length }))
    .filter((one) => one.count);
  const chosen = kinds.some((one) => one.kind === kindShown) ? kindShown : "";
  if (!told.paragraphs.length && !told.numbers.length) root.append(make("p", { class: "soft" }, "没有改动。"));
  if (told.numbers.length) {
    root.append(make("section", { class: "group" }, make("h3", {}, `改动的数 ${told.numbers.length}`),
      make("ul", {}, ...told.numbers.map((/** @type {any} */ one) => make("li", {}, one.of ? `${one.of} ` : "", numberInText(one.id) ? make("button", { type: "button", class: "plain", onclick: () => { goTo(numberInText(one.id), true); openCard(numberInText(one.id) ?? null, true); } }, make("code", {}, one.id)) : make("code", {}, one.id),
        ` ${one.old || "（没有）"} → ${one.new || "（没有）"}`)))));
  }
  if (told.paragraphs.length) {
    const choices = [{ kind: "", words: "全部", count: told.paragraphs.length }, ...kinds];
    root.append(make("section", { class: "group" }, make("h3", {}, `改动的段落 ${told.paragraphs.length}`),
      make("div", { class: "choices", role: "group", "aria-label": "看哪一种改动" }, ...choices.map((one) => make("button", { type: "button", "aria-pressed": String(one.kind === chosen),
        onclick: () => { kindShown = one.kind; draw(); } }, `${one.words} ${one.count}`))),
      make("ul", {}, ...told.paragraphs.filter((/** @type {any} */ one) => !chosen || one.kind === chosen).map(changeMade))));
  }
}

/** @param {any} one */
function changeMade(one) {
  const name = one.words ? "到这一段" : one.text.length > 50 ? `${one.text.slice(0, 50)}……` : one.text;
  return make("li", { class: one.kind },
    make("span", { class: "tag" }, KINDS[/** @type {keyof KINDS} */ (one.kind)] ?? one.kind), " ",
    one.key ? make("button", { type: "button", class: "plain jump", onclick: () => goTo(pieceOf(one.key)) }, name) : "",
    one.words ? make("p", {}, ...one.words.map(wordMade)) : "",
    one.words ? wholeMade(one) : "",
    one.old ? make("p", {}, make("del", {}, one.old)) : "");
}

/** @param {any} one @returns {HTMLElement} all of a paragraph as it was, and as it is, with what went and came marked */
function wholeMade(one) {
  const side = (/** @type {string} */ left, /** @type {string} */ tag) => make("p", {}, ...one.words.filter((/** @type {[string, string]} */ [operation]) => operation !== left)
    .map((/** @type {[string, string]} */ [operation, text]) => operation === "equal" ? text : make(tag, {}, text)));
  return make("details", { "data-name": `whole-${one.key}` }, make("summary", {}, "看整段"),
    make("h4", {}, "原来"), side("insert", "del"), make("h4", {}, "现在"), side("delete", "ins"));
}

const AROUND = 16;

/** @param {[string, string]} mark @param {number} place @param {any[]} all @returns {Node|string} words that came, went, or stand beside such */
function wordMade([operation, text], place, all) {
  if (operation === "delete") return make("del", {}, text);
  if (operation === "insert") return make("ins", {}, text);
  const head = place ? text.slice(0, AROUND) : "";
  const tail = place < all.length - 1 ? text.slice(-AROUND) : "";
  return text.length <= head.length + tail.length ? text : `${head}……${tail}`;
}

/** Mark in the text what was added, moved or reworded. */
export function markChanges() {
  const told = data.changes ?? since ?? (current === "changes" ? sinceRead() : null);
  for (const one of document.querySelectorAll("#pieces > [data-change]")) one.removeAttribute("data-change");
  for (const one of told?.paragraphs ?? []) if (one.key) pieceOf(one.key)?.setAttribute("data-change", one.kind);
}

// --- the whole at a glance

/** @param {Record<string, number>} marks @returns {SVGElement|HTMLElement} a bar of how many numbers are in which state */
function bar(marks) {
  const total = Object.values(marks).reduce((sum, one) => sum + one, 0);
  const label = STATES.filter(([name]) => marks[name]).map(([name, words]) => `${words} ${marks[name]}`).join("，");
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 100 6");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("class", "bar");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label || "没有数");
  let left = 0;
  for (const [name] of STATES) {
    const width = total ? (100 * (marks[name] ?? 0)) / total : 0;
    if (!width) continue;
    const part = document.createElementNS(space, "rect");
    for (const [key, value] of Object.entries({ x: left, y: 0, width, height: 6, class: `fill-${name}` })) part.setAttribute(key, String(value));
    svg.append(part);
    left += width;
  }
  return svg;
}

/** @param {string|undefined} svg a drawing, as the server made it @returns {Node|string} */
function drawing(svg) {
  if (!svg) return "";
  const made = document.importNode(new DOMParser().parseFromString(svg, "image/svg+xml").documentElement, true);
  // What has links in it is more than a picture.
  if (made.querySelector("a")) made.setAttribute("role", "group");
  return made;
}

/** @param {any} tie what an experiment has to do with another */
function tieMade(tie) {
  const numbers = tie.numbers.length ? `用了它的数：${tie.numbers.join("、")}` : "";
  const sources = tie.sources.length ? `同用：${tie.sources.join("、")}` : "";
  const said = [tie.how || (tie.refers ? "正文提到" : ""), numbers, sources].filter(Boolean).join("；");
  return make("li", {}, "→ ", make("a", { href: `#${tie.to}` }, tie.label), `：${said}`);
}

/** @param {any} lead @returns {HTMLElement} what an experiment has to do with another chapter */
function leadMade(lead) {
  const there = token ? make("a", { href: `/${lead.chapter}` }, lead.label) : lead.label;
  const numbers = lead.numbers.length ? `用了${lead.inward ? "它" : "那里"}的数：${lead.numbers.join("、")}` : "提到";
  return make("li", {}, lead.inward ? "← " : "→ ", there, `：${numbers}`);
}

/** @param {string} words @param {number} counted @param {Record<string, string>} asked @returns {HTMLElement|string} a count that leads to the list of what it counts */
function countMade(words, counted, asked) {
  return counted ? make("button", { type: "button", class: "plain", onclick: () => {
    chooseNumbers({ ...asked, counted });
    show("numbers");
    byId("panel-body").focus({ preventScroll: true });
  } }, words) : words;
}

/** @param {any} told @returns {string} what the book calls its records: 实验, 案例、试验 */
const kinds = (told) => told?.kinds || "记录";

/** @param {any} told @returns {HTMLElement} how many numbers of each experiment come from where */
function statusTable(told) {
  const cell = (/** @type {any} */ counts, /** @type {string} */ record, /** @type {string} */ kind) => {
    const [all, checked] = [counts.statuses[kind] ?? 0, counts.checked[kind] ?? 0];
    return make("td", {}, countMade(all === checked ? String(all) : `${all}（核对 ${checked}）`, all, { record, kind }));
  };
  const row = (/** @type {string} */ name, /** @type {any} */ counts, record = "") => make("tr", {}, make("th", { scope: "row" }, name),
    make("td", {}, countMade(String(counts.verified), counts.verified, { record, mark: "checked" }), "/", countMade(String(counts.all), counts.all, { record })),
    ...STATUSES.map(([kind]) => cell(counts, record, kind)));
  return make("table", { class: "statuses" }, make("caption", {}, `各个${kinds(told)}的数出自哪里`),
    make("thead", {}, make("tr", {}, ...[kinds(told), "核对过/全部", ...STATUSES.map(([, words]) => words)].map((one) => make("th", { scope: "col" }, one)))),
    make("tbody", {}, row("全书", told.counts), ...told.records.map((/** @type {any} */ one) => row(one.label || one.title, one.counts, one.slug))));
}

/** @param {string} name a mark @param {any} told @returns {HTMLElement[]} what it means and how many bear it, leading to the list of them */
function legendMade(name, told) {
  const rows = name === "reported"
    ? REPORTED.map(([kind, words]) => [`reported:${kind}`, words, told.reported?.[kind] ?? 0])
    : [[name, LEGEND[/** @type {keyof LEGEND} */ (name)], told.marks?.[name] ?? 0]];
  return rows.map(([mark, words, count]) => make("li", { "data-mark": name }, make("span", { class: "number" }, "12"), " ",
    countMade(`${words} ${count}`, count, { mark })));
}

/** @param {HTMLElement} root */
function drawOverview(root) {
  const told = data.dashboard;
  if (told) {
    const marks = told.marks ?? {};
    const counts = told.counts;
    root.append(make("section", { class: "group" }, make("h3", {}, "账本里的数"), bar(marks),
      make("p", {}, "一共 ", countMade(`${counts.all} 个`, counts.all, {}), "，核对过 ", countMade(`${counts.verified} 个`, counts.verified, { mark: "checked" }),
        "，没有核对 ", countMade(`${counts.all - counts.verified} 个`, counts.all - counts.verified, { mark: "unchecked" }), "。"),
      make("ul", { class: "legend" }, ...STATES.flatMap(([name]) => legendMade(name, told))),
      make("p", { class: "soft" }, "正文里数下面的线和这里的一样。"),
      statusTable(told)));
    const history = told.coverage ?? [];
    if (history.length) {
      root.append(make("section", { class: "group" }, make("h3", {}, "核对的进度"), make("p", { class: "soft" }, "最近几次改动记录的提交，那时有多少个数，核对过多少。"),
        drawing(told.chart),
        make("details", { "data-name": "coverage" }, make("summary", {}, "列成表"),
          make("table", {}, make("thead", {}, make("tr", {}, ...["提交", "核对过", "全部"].map((one) => make("th", { scope: "col" }, one)))),
            make("tbody", {}, ...history.map((/** @type {any} */ one) => make("tr", {}, make("td", {}, `${one.date} ${one.commit}`.trim()), make("td", {}, String(one.verified)), make("td", {}, String(one.total)))))))));
    }
    if (told.records.length) {
      root.append(make("section", { class: "group" }, make("h3", {}, `${kinds(told)}之间`),
        told.map && make("p", { class: "soft" }, "箭头指到提到的、或用了它的数的那一个；虚线两头只有文献相同；有底色的框是别的章。点一个框，到它那里。"), drawing(told.map)),
      make("section", { class: "group" }, make("h3", {}, `各个${kinds(told)}`),
        ...told.records.map((/** @type {any} */ one) => make("div", { class: "record" },
          make("p", {}, make("a", { href: `#${one.slug}` }, one.named)), bar(one.marks),
          one.ties.length + (one.leads?.length ?? 0) > 0 && make("ul", { class: "soft" }, ...one.ties.map(tieMade), ...(one.leads ?? []).map(leadMade))))));
    }
  }
  const rows = (data.outline ?? []).filter((/** @type {any} */ one) => one.characters !== undefined);
  root.append(make("section", { class: "group" }, make("h3", {}, "篇幅"),
    make("table", {}, make("thead", {}, make("tr", {}, ...["节", "字数", "段数"].map((one) => make("th", { scope: "col" }, one)))),
      make("tbody", {}, ...rows.map((/** @type {any} */ one) => make("tr", {},
        make("td", {}, make("a", { href: `#${one.id}` }, one.title)),
        make("td", { class: fits(one.characters, one.budget) ? "" : "bad" }, withBudget(one.characters, one.budget)),
        make("td", { class: fits(one.paragraphs, one.asked) ? "" : "bad" }, withBudget(one.paragraphs, one.asked))))))));
}

/** @param {number} count @param {[number, number]|undefined} bounds */
export function fits(count, bounds) {
  return !bounds || (bounds[0] <= count && count <= bounds[1]);
}

/** @param {number} count @param {[number, number]|undefined} bounds */
export function withBudget(count, bounds) {
  return bounds ? `${count}（${bounds[0]}～${bounds[1]}）` : String(count);
}

export function startPanels() {
  for (const name of Object.keys(PANELS)) button(name).addEventListener("click", () => toggle(name));
  byId("panel-close").addEventListener("click", closePanel);
  onData((changed) => {
    if (changed.some((one) => ["problems", "order", "heading", "failures"].includes(one))) markProblems();
    if (changed.includes("cards")) noteFirst();
    if (changed.some((one) => ["changes", "order"].includes(one))) markChanges();
    if (current && changed.some((one) => one === "order" || PANELS[current].needs.includes(one))) draw();
  });
  for (const name of ["compositionstart", "pointerdown"]) {
    // What its own scroll bar is told ends without a word.
    byId("panel-body").addEventListener(name, (event) => setBusy(event.target !== event.currentTarget));
  }
  for (const name of ["compositionend", "pointerup", "pointercancel"]) document.addEventListener(name, () => setBusy(false));
  const last = isWriting() ? "comments" : recalled("panel");
  if (last in PANELS && (innerWidth >= 1000 || isWriting())) show(last);
}
