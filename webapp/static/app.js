// Small comforts; every page works without them.
(() => {
  "use strict";
  document.documentElement.classList.add("js");

  // <button data-copy="#field"> copies the field's text and says so; with data-copy-value, that of the element before it.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy], [data-copy-value]");
    if (button) {
      const source = "copyValue" in button.dataset ? button.previousElementSibling : document.querySelector(button.dataset.copy);
      const text = source.value ?? source.textContent;
      try {
        await navigator.clipboard.writeText(text);
      } catch {
        // Plain http away from localhost has no clipboard: select the text for Ctrl+C instead.
        if (source.select) source.select();
        else window.getSelection().selectAllChildren(source);
        button.textContent = "Press Ctrl+C";
        return;
      }
      const before = button.textContent;
      button.textContent = "Copied";
      window.setTimeout(() => { button.textContent = before; }, 1600);
      return;
    }
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector("details.menu[open]");
    if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
  });

  // A click must not end in silence when the portal or a proxy before it does not answer.
  const say = (event) => {
    const target = event.detail.target;
    if (!target) return;
    const line = document.createElement("p");
    line.className = "notice bad";
    line.setAttribute("role", "alert");
    line.textContent = "The portal did not answer. Nothing was changed: check your connection and try again.";
    target.replaceChildren(line);
  };
  document.addEventListener("htmx:sendError", say);
  document.addEventListener("htmx:timeout", say);
  document.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status >= 502) say(event);
  });

  // Names what describes a field: its mark, if it has one, and its hint.
  const describe = (field, marks) => {
    const hint = document.getElementById(`${field.id}-hint`);
    const ids = hint ? [...marks, hint.id] : marks;
    if (ids.length) field.setAttribute("aria-describedby", ids.join(" "));
    else field.removeAttribute("aria-describedby");
  };

  // Marks the fields of the form that a result concerns: data-marks is {"field name": "words"}.
  const mark = (result) => {
    for (const line of document.querySelectorAll(".error")) line.remove();
    for (const field of document.querySelectorAll("[aria-invalid]")) {
      field.removeAttribute("aria-invalid");
      describe(field, []);
    }
    for (const [name, words] of Object.entries(JSON.parse(result.dataset.marks))) {
      const field = document.querySelector(`#connection-form [name="${CSS.escape(name)}"]:not([type="hidden"], [type="radio"])`);
      if (!field) continue;
      const line = document.createElement("p");
      line.className = "error";
      line.id = `${field.id}-error`;
      line.textContent = `✗ ${words}`;
      field.setAttribute("aria-invalid", "true");
      describe(field, [line.id]);
      field.closest(".field").append(line);
    }
  };

  // A server typed while the portal still looks for one stays: an answer that comes too late is dropped.
  let typedAt = 0;
  document.addEventListener("input", (event) => {
    if (event.target.closest("#server-settings")) typedAt = performance.now();
  });
  document.addEventListener("htmx:beforeRequest", (event) => { event.detail.xhr.askedAt = performance.now(); });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, xhr } = event.detail;
    if (target.id === "server-settings" && typedAt > xhr.askedAt) event.detail.shouldSwap = false;
  });

  // A provider's sign-in goes into a pop-up that the click itself opens; where that is blocked, or htmx is missing, the
  // same form goes on in this window. The outcome is read from the portal: the provider may cut off both windows.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-sign-in]");
    const panel = document.querySelector("#sign-in");
    if (!button || !panel || !window.htmx) return;
    const name = `postroom-${panel.dataset.attempt}`;
    const left = window.screenX + Math.max(0, (window.outerWidth - 520) / 2);
    const popup = window.open("", name, `popup,width=520,height=700,left=${left},top=${window.screenY + 60}`);
    const field = panel.querySelector('[name="popup"]');
    field.value = popup ? "1" : "";
    if (!popup) { button.removeAttribute("formtarget"); return; }
    button.formTarget = name;
    // After the form has gone: ask how it stands, and let a reload of this page ask again.
    window.setTimeout(() => {
      history.replaceState(history.state, "", panel.dataset.page);
      const address = document.querySelector("#address");
      const values = { address: address ? address.value : "" };
      window.htmx.ajax("GET", panel.dataset.status, { source: panel, target: "#sign-in", swap: "outerHTML", values });
    }, 0);
  });

  if ("BroadcastChannel" in window) {
    const channel = new BroadcastChannel("postroom-sign-in");
    channel.addEventListener("message", (event) => {
      const panel = document.querySelector("#sign-in");
      if (panel && panel.dataset.attempt === event.data && window.htmx) window.htmx.trigger(document.body, "sign-in-news");
    });
    document.addEventListener("DOMContentLoaded", () => {
      const done = document.querySelector("[data-sign-in-done]");
      if (!done) return;
      channel.postMessage(done.dataset.signInDone);
      // Only a window that a script has opened closes; any other stays and says where to go on.
      window.setTimeout(() => window.close(), 400);
    });
  }

  // Choosing messages: all on the page, a row of them with Shift, and how many there are.
  const choosing = document.querySelector(".choosing");
  if (choosing) {
    const picks = [...choosing.querySelectorAll('[name="m"]')];
    const [pickAll, picked, offer] = ["pick-all", "picked", "pick-everything"].map((name) => choosing.querySelector(`[data-${name}]`));
    const everything = offer && offer.querySelector("input");
    let last = 0;
    const tell = () => {
      const count = picks.filter((pick) => pick.checked).length;
      pickAll.checked = count === picks.length;
      pickAll.indeterminate = count > 0 && count < picks.length;
      if (offer) {
        offer.hidden = !pickAll.checked;
        everything.checked &&= pickAll.checked;
      }
      const text = everything && everything.checked ? "All selected" : `${count} selected`;
      if (picked.textContent !== text) picked.textContent = text;
    };
    choosing.addEventListener("click", (event) => {
      const at = picks.indexOf(event.target);
      if (at < 0) return;
      if (event.shiftKey) for (const pick of picks.slice(Math.min(at, last), Math.max(at, last))) pick.checked = picks[at].checked;
      last = at;
    });
    choosing.addEventListener("change", (event) => {
      if (event.target === pickAll) for (const pick of picks) pick.checked = pickAll.checked;
      tell();
    });
    window.addEventListener("pageshow", tell); // going back, the browser may have kept what was ticked
  }

  // A form that acts is sent once, however often it is pressed; one that goes on by itself is sent as it comes.
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-once]")) return;
    if (event.target.dataset.sent) event.preventDefault();
    event.target.dataset.sent = "1";
  });
  window.addEventListener("pageshow", (event) => {
    for (const form of document.querySelectorAll("[data-sent]")) delete form.dataset.sent;
    if (!event.persisted) document.querySelector("[data-goes-on]")?.requestSubmit();
  });

  // Where a swap takes the element away that had the focus, its place gets it: the next Tab goes on from there.
  let held = "";
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target } = event.detail;
    held = target.contains(document.activeElement) ? target.id : "";
  });
  document.addEventListener("htmx:afterSwap", () => {
    const place = held && document.activeElement === document.body && document.getElementById(held);
    held = "";
    if (!place) return;
    place.tabIndex = -1;
    place.focus({ preventScroll: true });
  });

  // On narrow screens the result stands below the form: bring it into view.
  document.addEventListener("htmx:afterSwap", (event) => {
    const target = event.detail.target;
    if (target.id !== "result" || !target.firstElementChild) return;
    const result = target.querySelector("[data-marks]");
    if (result && document.querySelector("#connection-form")) mark(result);
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (target.getBoundingClientRect().top > window.innerHeight - 120) {
      target.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "start" });
    }
  });
})();
