// The line to the server: what it sends is shown; when it is gone, it is looked for until it is back.
import { byId, make, say } from "./dom.js";
import { markNumbers, placeLink } from "./cards.js";
import { data, recalled, remember, take, token } from "./state.js";
import { goTo, originOf, pieces, show } from "./text.js";

let wait = 200;
let follow = Boolean(recalled("follow"));

/** @param {any} told what the server says, or the page holds from the beginning */
export function shown(told) {
  /** @type {HTMLElement[]} */
  let fresh = [];
  if (told.order) {
    fresh = show(told.order, told.html ?? {});
    markNumbers();
  }
  if (told.head) {
    document.documentElement.lang = told.head.language || "zh";
    data.heading = [told.head.label, told.head.title].filter(Boolean).join(" ");
  }
  take({ ...told.data, ...(told.order ? { order: told.order } : {}), ...(told.head ? { heading: data.heading } : {}), ...(told.failures ? { failures: told.failures } : {}) });
  if (told.failures) fail(told.failures);
  if (told.cursor) goToOrigin(told.cursor[0], told.cursor[1]);
  if (follow && fresh.length) goTo(fresh[0]);
  document.documentElement.dataset.version = String(Number(document.documentElement.dataset.version ?? 0) + 1);
}

/** @param {any[]} failures */
function fail(failures) {
  const alarm = byId("alarm");
  alarm.hidden = failures.length === 0;
  alarm.replaceChildren(...(failures.length ? [
    make("p", {}, make("strong", {}, "新的书稿还读不成，下面是上一次的样子。")),
    make("ul", {}, ...failures.map((one) => make("li", {}, one.path ? placeLink(one.path, one.line) : "", one.path ? "：" : "", one.message, one.hint ? make("span", { class: "soft" }, `　${one.hint}`) : ""))),
  ] : []));
}

/** Go to the piece written at a place, or next before it. @param {string} path @param {number} line */
export function goToOrigin(path, line) {
  let best = null;
  let bestLine = -1;
  for (const piece of pieces()) {
    const origin = originOf(piece);
    if (origin && origin[0] === path && origin[1] <= line && origin[1] > bestLine) [best, bestLine] = [piece, origin[1]];
  }
  if (best) goTo(best);
}

export function startLive() {
  if (!token) return;
  const socket = new WebSocket(`ws://${location.host}/live${location.pathname}`);
  socket.addEventListener("open", () => {
    wait = 200;
    byId("lost").hidden = true;
    socket.send(JSON.stringify({ order: pieces().map((one) => one.dataset.key) }));
  });
  socket.addEventListener("message", (event) => {
    const told = JSON.parse(event.data);
    if (told.token && told.token !== token) location.reload();
    else shown(told);
  });
  socket.addEventListener("close", () => {
    byId("lost").hidden = false;
    setTimeout(startLive, wait);
    wait = Math.min(wait * 1.5, 2000);
  });
}

export function setFollow(/** @type {boolean} */ on) {
  follow = on;
  remember("follow", on);
  byId("follow").setAttribute("aria-pressed", String(on));
  say(on ? "改到哪里，页面跟到哪里" : "页面不跟着改动走");
}

export function following() {
  return follow;
}
