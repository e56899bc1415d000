// Elements made and found. Text is only ever set as text: nothing of a manuscript becomes markup here.

/**
 * @param {string} tag
 * @param {Record<string, any>} [given] attributes; on… are listeners, false and undefined are left out
 * @param {...(Node|string|null|undefined|false)} inner
 * @returns {HTMLElement}
 */
export function make(tag, given = {}, ...inner) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (value === false || value === undefined || value === null) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...inner.filter((one) => one !== null && one !== undefined && one !== false));
  return element;
}

/** @param {string} id @returns {HTMLElement} */
export function byId(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/** Say something to who listens rather than looks. @param {string} words */
export function say(words) {
  byId("said").textContent = words;
}

/** @type {ReturnType<typeof setTimeout>|undefined} */
let hinted;

/** Show something below the text for some seconds, where it is read out, too. @param {(Node|string|false)[]} inner */
export function tell(...inner) {
  clearTimeout(hinted);
  byId("hint").replaceChildren(.../** @type {(Node|string)[]} */ (inner.filter(Boolean)));
  byId("hint").hidden = false;
  hinted = setTimeout(() => { byId("hint").hidden = true; }, 6000);
}

/** @param {string} address @returns {HTMLElement|string} a link for http and https, else the text */
export function linkTo(address, words = address) {
  if (!/^https?:\/\//i.test(address)) return words;
  return make("a", { href: address, rel: "noreferrer noopener", target: "_blank" }, words);
}
