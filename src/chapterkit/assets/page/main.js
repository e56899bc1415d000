// The page begins.
import { byId } from "./dom.js";
import { startCards } from "./cards.js";
import { markComments, startComments } from "./comments.js";
import { startContents } from "./contents.js";
import { startKeys } from "./keys.js";
import { setFollow, following, shown, startLive } from "./live.js";
import { draw, startPanels } from "./panels.js";
import { noteFirst } from "./since.js";
import { startTheme } from "./theme.js";

startTheme();
startCards();
startComments();
startContents();
startPanels();
startKeys();
shown(JSON.parse(byId("sheet").textContent ?? "{}"));
byId("follow").addEventListener("click", () => setFollow(!following()));
byId("follow").setAttribute("aria-pressed", String(following()));
byId("panel-body").addEventListener("redraw", () => { draw(); markComments(); });
noteFirst();
startLive();
