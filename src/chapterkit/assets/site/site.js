// The search of a site: its text comes as a script of its own, when somebody first looks for
// something, so that it works from a disk, too, and under a policy without exceptions.
"use strict";

const form = document.getElementById("toc-search");
const field = form.querySelector("input");
const panel = form.querySelector(".results");
const status = panel.querySelector("p");
const list = panel.querySelector("ol");
const MOST = 40;
const AROUND = 36;

let texts = null;
let asked = false;

// --- the text as it is compared: small letters, one width, no blanks beside Han

const isHan = (code) => (code >= 0x2e80 && code <= 0x9fff) || (code >= 0xf900 && code <= 0xfaff)
  || (code >= 0xac00 && code <= 0xd7ff) || (code >= 0xd840 && code <= 0xdfff);

function plain(one) {
  const code = one.charCodeAt(0);
  if (code < 0x80 || (code >= 0x4e00 && code <= 0x9fff)) return one.toLowerCase();
  if (one === "’" || one === "‘") return "'";
  const narrow = one.normalize("NFKC").toLowerCase();
  return narrow.length === 1 ? narrow : one;
}

function folded(text) {
  const places = [];
  let made = "";
  for (let place = 0; place < text.length; place += 1) {
    let one = plain(text[place]);
    if (/\s/.test(one)) {
      const before = made.charCodeAt(made.length - 1);
      let next = place + 1;
      while (next < text.length && /\s/.test(text[next])) next += 1;
      if (!made || next >= text.length || isHan(before) || isHan(text.charCodeAt(next)) || before === 32) continue;
      one = " ";
    }
    made += one;
    places.push(place);
  }
  return { made, places };
}

// --- what is looked for, and where it is found

const wordsOf = (typed) => typed.split(/\s+/).map((one) => folded(one).made).filter(Boolean);

function pieces(words) {
  if (!Intl.Segmenter) return words;
  const cut = new Intl.Segmenter(document.documentElement.lang, { granularity: "word" });
  return words.flatMap((word) => [...cut.segment(word)].filter((one) => one.isWordLike).map((one) => one.segment));
}

function times(text, word) {
  let count = 0;
  for (let at = text.indexOf(word); at >= 0 && count < 20; at = text.indexOf(word, at + word.length)) count += 1;
  return count;
}

function worth(text, words) {
  let all = 0;
  for (const word of words) {
    const named = text.title.made.includes(word) ? 30 : 0;
    const told = times(text.body.made, word);
    if (!named && !told) return 0;
    all += named + told;
  }
  return all;
}

function ranked(words) {
  return texts.map((text) => [text, worth(text, words)]).filter(([, value]) => value)
    .sort((one, other) => other[1] - one[1]).map(([text]) => text);
}

function search(typed) {
  const whole = folded(typed).made;
  for (const words of [[whole], wordsOf(typed), pieces(wordsOf(typed))]) {
    const found = words.length ? ranked(words) : [];
    if (found.length) return { found, words };
  }
  return { found: [], words: [] };
}

// --- what is shown

function marked(text, words) {
  const { made, places } = folded(text);
  const marks = [];
  for (const word of words) {
    for (let at = made.indexOf(word); at >= 0; at = made.indexOf(word, at + word.length))
      marks.push([places[at], places[at + word.length - 1] + 1]);
  }
  marks.sort((one, other) => one[0] - other[0]);
  const shown = document.createDocumentFragment();
  let done = 0;
  for (const [start, end] of marks) {
    if (start < done) continue;
    const mark = document.createElement("mark");
    mark.textContent = text.slice(start, end);
    shown.append(text.slice(done, start), mark);
    done = end;
  }
  shown.append(text.slice(done));
  return shown;
}

function excerpt(text, words) {
  const { made, places } = text.body;
  const at = words.map((word) => made.indexOf(word)).filter((one) => one >= 0);
  const middle = at.length ? places[Math.min(...at)] : 0;
  const start = Math.max(0, middle - AROUND);
  const end = Math.min(text.text.length, middle + 3 * AROUND);
  return (start ? "…" : "") + text.text.slice(start, end) + (end < text.text.length ? "…" : "");
}

function made(name, ...within) {
  const element = document.createElement(name);
  element.append(...within);
  return element;
}

function entry(text, words) {
  const link = made("a", made("b", marked(text.name, words)));
  if (text.page) link.append(made("i", text.page));
  link.append(made("span", marked(excerpt(text, words), words)));
  link.href = text.href;
  return made("li", link);
}

function show() {
  const typed = field.value.trim();
  panel.hidden = !typed || !texts;
  if (panel.hidden) return;
  const { found, words } = search(typed);
  const said = found.length ? form.dataset.searched : form.dataset.unfound;
  status.textContent = said.replace("{number}", found.length).replace("{words}", typed);
  list.replaceChildren(...found.slice(0, MOST).map((text) => entry(text, words)));
}

// Called by search-index.js.
globalThis.searchTexts = (given) => {
  texts = given.map(([href, name, page, text]) => ({ href, name, page, text, title: folded(name), body: folded(text) }));
  show();
};

function ask() {
  if (asked) return;
  asked = true;
  const script = document.createElement("script");
  script.src = "search-index.js";
  document.head.append(script);
}

form.hidden = false;
field.addEventListener("focus", () => { ask(); show(); });
field.addEventListener("input", () => { ask(); show(); });
form.addEventListener("submit", (event) => {
  event.preventDefault();
  list.querySelector("a")?.focus();
});
form.addEventListener("keydown", (event) => {
  if (event.key === "Escape") { panel.hidden = true; field.focus(); }
});
form.addEventListener("focusout", (event) => { if (event.relatedTarget && !form.contains(event.relatedTarget)) panel.hidden = true; });
form.addEventListener("click", (event) => { if (event.target.closest("a")) panel.hidden = true; });
document.addEventListener("pointerdown", (event) => { if (!form.contains(event.target)) panel.hidden = true; });

// The contents begin where the reader is.
const beside = document.getElementById("toc-contents");
const here = beside.querySelector("[aria-current]");
if (here && beside.scrollHeight > beside.clientHeight)
  beside.scrollTop = here.offsetTop - beside.offsetTop - beside.clientHeight / 3;
