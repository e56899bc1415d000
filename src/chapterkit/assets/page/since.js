// What has changed since this browser last read the chapter: the whole of it is kept, and compared here.
import { data, recalled, remember } from "./state.js";
import { pieces, readText } from "./text.js";

const ALIKE = 0.4;
const MOST_PAIRS = 10_000;
const MOST_WORDS = 4_000_000;

/** @typedef {{kind: string, key: string, text: string, old: string, words?: [string, string][]}} Changed a paragraph, in the form of a comparison */

const place = () => `read:${data.root ?? ""}:${data.name}`;

/** @returns {{pieces: [string, string][], numbers?: Record<string, string>}|null} the chapter as it was read last, null if it never was */
function lastRead() {
  const kept = recalled(place());
  return Array.isArray(kept?.pieces) ? kept : null;
}

/** @returns {Record<string, string>|undefined} what is printed for each number now */
function printed() {
  return data.cards && Object.fromEntries(Object.entries(data.cards).map(([id, card]) => [id, card.text]));
}

/** Keep the chapter as it is now as what was read. */
export function noteRead() {
  const now = pieces().map((one) => [one.dataset.key ?? "", readText(one)]);
  remember(place(), { pieces: now, numbers: printed(), when: new Date().toISOString() });
}

/** Keep the chapter if it is read for the first time, and its numbers, which are known later than the text. */
export function noteFirst() {
  const kept = lastRead();
  if (!kept) noteRead();
  else if (data.cards && (!kept.numbers || isSame(kept.pieces))) remember(place(), { ...kept, numbers: printed() });
}

/** @param {[string, string][]} kept @returns {boolean} whether nothing of the text has changed since */
function isSame(kept) {
  const now = pieces();
  return now.length === kept.length && kept.every(([key], at) => now[at].dataset.key === key);
}

/** @returns {any} what has changed, in the form of a comparison; null if the chapter was never read */
export function sinceRead() {
  const kept = lastRead();
  if (!kept) return null;
  const now = new Map(pieces().map((one) => [one.dataset.key ?? "", readText(one)]));
  const before = new Map(kept.pieces);
  const gone = kept.pieces.filter(([key, text]) => !now.has(key) && text);
  const fresh = [...now].filter(([key, text]) => !before.has(key) && text);
  const pairs = paired(gone, fresh);
  const moved = outOfOrder([...now.keys()].filter((key) => before.has(key)), [...before.keys()]);
  const taken = new Set([...pairs.values()].map(([key]) => key));
  const paragraphs = [...now].flatMap(/** @returns {Changed[]} */ ([key, text]) => {
    const old = pairs.get(key);
    if (old && old[1] === text) return [{ kind: "reworded", key, text: "只有图、表或格式变了", old: "" }];
    if (old) return [{ kind: "reworded", key, text, old: "", words: marks(old[1], text) }];
    if (!before.has(key) && text) return [{ kind: "added", key, text, old: "" }];
    return moved.has(key) && text ? [{ kind: "moved", key, text, old: "" }] : [];
  });
  const removed = gone.filter(([key]) => !taken.has(key)).map(([, text]) => ({ kind: "removed", key: "", text: "", old: text }));
  return { paragraphs: [...paragraphs, ...removed], numbers: numbersChanged(kept.numbers ?? {}, printed() ?? {}) };
}

/** @param {Record<string, string>} before @param {Record<string, string>} now */
function numbersChanged(before, now) {
  if (!Object.keys(before).length || !Object.keys(now).length) return [];
  return [...new Set([...Object.keys(before), ...Object.keys(now)])].filter((id) => before[id] !== now[id])
    .map((id) => ({ id, of: data.cards?.[id]?.of ?? "", old: before[id] ?? "", new: now[id] ?? "" }));
}

/** @param {string[]} now @param {string[]} before @returns {Set<string>} what stands elsewhere: all but the longest row that kept its order */
function outOfOrder(now, before) {
  const places = new Map(before.map((key, at) => [key, at]));
  const row = now.map((key) => places.get(key) ?? 0);
  /** @type {number[]} */
  const ends = [];
  /** @type {number[]} */
  const previous = [];
  row.forEach((value, at) => {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (row[ends[middle]] < value) low = middle + 1;
      else high = middle;
    }
    previous[at] = low ? ends[low - 1] : -1;
    ends[low] = at;
  });
  const kept = new Set();
  for (let at = ends.at(-1) ?? -1; at >= 0; at = previous[at]) kept.add(now[at]);
  return new Set(now.filter((key) => !kept.has(key)));
}

/** @param {[string, string][]} gone @param {[string, string][]} fresh @returns {Map<string, [string, string]>} for new paragraphs, the old one that each was made of */
function paired(gone, fresh) {
  const found = new Map();
  if (gone.length * fresh.length > MOST_PAIRS) return found;
  const olds = gone.map((one) => [one, twos(one[1])]);
  const scores = fresh.flatMap(([key, text]) => {
    const mine = twos(text);
    return olds.map(([one, theirs]) => ({ key, one, score: likeness(mine, /** @type {any} */ (theirs)) }));
  }).filter((one) => one.score >= ALIKE).sort((one, other) => other.score - one.score);
  const taken = new Set();
  for (const { key, one } of scores) {
    if (found.has(key) || taken.has(one)) continue;
    found.set(key, one);
    taken.add(one);
  }
  return found;
}

/** @param {string} text @returns {Map<string, number>} how often each two characters stand together */
function twos(text) {
  const counts = new Map();
  for (let at = 0; at < text.length - 1; at += 1) {
    const two = text.slice(at, at + 2);
    counts.set(two, (counts.get(two) ?? 0) + 1);
  }
  return counts;
}

/** @param {Map<string, number>} one @param {Map<string, number>} other @returns {number} from 0 to 1 */
function likeness(one, other) {
  let [shared, all] = [0, 0];
  for (const [two, count] of one) {
    shared += Math.min(count, other.get(two) ?? 0);
    all += count;
  }
  for (const count of other.values()) all += count;
  return all ? (2 * shared) / all : 0;
}

/** @param {string} text @returns {string[]} */
function words(text) {
  if ("Segmenter" in Intl) return [...new Intl.Segmenter("zh", { granularity: "word" }).segment(text)].map((one) => one.segment);
  return text.match(/[\p{Script=Latin}\d.%]+|\s+|./gsu) ?? [];
}

/** @param {string} old @param {string} now @returns {[string, string][]} what has become of a text, word by word */
export function marks(old, now) {
  const [before, after] = [words(old), words(now)];
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < before.length - start && end < after.length - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  const rows = [
    ...before.slice(0, start).map((one) => [one, one]),
    ...common(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    ...before.slice(before.length - end).map((one) => [one, one]),
  ];
  return joined(/** @type {[string, string][]} */ (rows));
}

/** @param {string[]} before @param {string[]} after @returns {[string, string][]} old and new, side by side where they are the same */
function common(before, after) {
  const [high, wide] = [before.length, after.length];
  if (high * wide > MOST_WORDS || !high || !wide) return [[before.join(""), after.join("")]];
  const lengths = Array.from({ length: high + 1 }, () => new Uint16Array(wide + 1));
  for (let at = high - 1; at >= 0; at -= 1) {
    for (let to = wide - 1; to >= 0; to -= 1) {
      lengths[at][to] = before[at] === after[to] ? lengths[at + 1][to + 1] + 1 : Math.max(lengths[at + 1][to], lengths[at][to + 1]);
    }
  }
  /** @type {[string, string][]} */
  const rows = [];
  let [at, to] = [0, 0];
  while (at < high || to < wide) {
    if (at < high && to < wide && before[at] === after[to]) rows.push([before[at++], after[to++]]);
    else if (at < high && (to === wide || lengths[at + 1][to] >= lengths[at][to + 1])) rows.push([before[at++], ""]);
    else rows.push(["", after[to++]]);
  }
  return rows;
}

/** @param {[string, string][]} rows @returns {[string, string][]} what stays, goes and comes; changes are joined over a mere mark between them */
function joined(rows) {
  /** @type {[string, string][]} */
  const found = [];
  const add = (/** @type {string} */ operation, /** @type {string} */ text) => {
    if (!text) return;
    const last = found.at(-1);
    if (last && last[0] === operation) last[1] += text;
    else found.push([operation, text]);
  };
  let [gone, come, stayed] = ["", "", ""];
  const close = () => {
    add("delete", gone);
    add("insert", come);
    add("equal", stayed);
    [gone, come, stayed] = ["", "", ""];
  };
  for (const [old, now] of rows) {
    if (old === now) {
      stayed += old;
      if (stayed.trim().length > 1 || !(gone || come)) close();
      continue;
    }
    [gone, come, stayed] = [gone + stayed + old, come + stayed + now, ""];
  }
  close();
  return found;
}
