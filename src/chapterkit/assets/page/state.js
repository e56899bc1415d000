// What is shown: the data of the sheet, kept in one place; who shows a part of it is told of changes.

/** @type {Record<string, any>} */
export const data = {};
/** @type {Set<(changed: string[]) => void>} */
const listeners = new Set();

/** @param {Record<string, any>} given */
export function take(given) {
  Object.assign(data, given);
  for (const one of listeners) one(Object.keys(given));
}

/** @param {(changed: string[]) => void} listener */
export function onData(listener) {
  listeners.add(listener);
}

/** The token with which the page may ask for changes; empty where there is no server. */
export const token = document.querySelector('meta[name="chapterkit-token"]')?.getAttribute("content") ?? "";

/**
 * @param {string} action @param {Record<string, any>} [given]
 * @returns {Promise<any>} the answer; one with `error` says what went wrong
 */
export async function ask(action, given = {}) {
  try {
    const answer = await fetch(`/do/${action}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Chapterkit-Token": token },
      body: JSON.stringify({ name: data.name, ...given }),
    });
    if (answer.ok) return await answer.json();
    return { error: answer.status === 413 ? "写得太长了" : `服务器没有答应（${answer.status}）` };
  } catch {
    return { error: "预览服务器没有回答" };
  }
}

/** @param {string} address @returns {Promise<any>} what the server has there; `error` says why nothing */
export async function fetched(address) {
  try {
    const answer = await fetch(address);
    return answer.ok ? await answer.json() : { error: `服务器没有答应（${answer.status}）` };
  } catch {
    return { error: "预览服务器没有回答" };
  }
}

/** What this browser remembers; nothing where it may not. @param {string} name */
export function recalled(name) {
  try {
    return JSON.parse(localStorage.getItem(`chapterkit:${name}`) ?? "null");
  } catch {
    return null;
  }
}

/** @param {string} name @param {any} value */
export function remember(name, value) {
  try {
    localStorage.setItem(`chapterkit:${name}`, JSON.stringify(value));
  } catch {
    // A browser that keeps nothing forgets this, too.
  }
}

const WRITING = `chapterkit:writing:${location.pathname}`;

/** What is being written in this tab, also when the page has been loaded anew. */
export function writing() {
  try {
    return JSON.parse(sessionStorage.getItem(WRITING) ?? "null");
  } catch {
    return null;
  }
}

/** @param {any} value what is being written */
export function keepWriting(value) {
  try {
    sessionStorage.setItem(WRITING, JSON.stringify(value));
  } catch {
    // Then it is there as long as the page is.
  }
}
