// Loads the local copy of htmx when the CDN does not deliver in time, and starts htmx when it arrives too late to start itself.
(() => {
  "use strict";
  document.documentElement.classList.add("js");
  const remote = document.querySelector("script[data-htmx-cdn]");
  if (!remote) return;
  let local = null;

  const nudge = () => {
    // htmx 2 starts at DOMContentLoaded or when the page is complete; a copy that arrives in between would never start.
    const started = document.body && document.body["htmx-internal-data"] !== undefined;
    if (document.readyState === "interactive" && !started) document.dispatchEvent(new Event("DOMContentLoaded"));
  };
  const fallBack = () => {
    if (local || window.htmx) return;
    local = document.createElement("script");
    local.src = remote.dataset.local;
    local.integrity = remote.integrity;
    local.addEventListener("load", nudge);
    document.head.append(local);
  };

  remote.addEventListener("load", nudge);
  remote.addEventListener("error", fallBack);
  window.setTimeout(fallBack, 1500);
})();
