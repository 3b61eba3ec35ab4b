// Loads the local copy of htmx when the CDN does not deliver in time, and starts htmx when it arrives too late to start itself.
// Runs before the CDN's script stands in the page, so that no failure comes too early to be heard.
(() => {
  "use strict";
  const CDN = "script[data-htmx-cdn]";
  let parsed = false;
  let local = null;
  document.documentElement.classList.add("js");
  document.addEventListener("DOMContentLoaded", () => { parsed = true; }, { once: true });

  const nudge = () => {
    // htmx 2 starts at DOMContentLoaded or when the page is complete; a copy that arrives in between would never start.
    const started = document.body && document.body["htmx-internal-data"] !== undefined;
    if (parsed && document.readyState === "interactive" && !started) document.dispatchEvent(new Event("DOMContentLoaded"));
  };
  const fallBack = () => {
    const remote = document.querySelector(CDN);
    if (local || window.htmx || !remote) return;
    local = document.createElement("script");
    local.src = remote.dataset.local;
    local.integrity = remote.integrity;
    local.addEventListener("load", nudge);
    document.head.append(local);
  };

  // What happens to a script does not bubble; it is heard on its way down.
  const ofCdn = (act) => (event) => { if (event.target.matches?.(CDN)) act(); };
  document.addEventListener("load", ofCdn(nudge), true);
  document.addEventListener("error", ofCdn(fallBack), true);
  window.setTimeout(fallBack, 1500);
})();
