// Small comforts; every page works without them.
(() => {
  "use strict";
  document.documentElement.classList.add("js");

  // <button data-copy="#field">: copies the field's text and says so.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) {
      const source = document.querySelector(button.dataset.copy);
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

  // Marks the fields of the form that a result concerns: data-marks is {"field name": "words"}.
  const mark = (result) => {
    for (const line of document.querySelectorAll(".error")) line.remove();
    for (const field of document.querySelectorAll("[aria-invalid]")) {
      field.removeAttribute("aria-invalid");
      field.removeAttribute("aria-describedby");
    }
    for (const [name, words] of Object.entries(JSON.parse(result.dataset.marks))) {
      const field = document.querySelector(`#connection-form [name="${CSS.escape(name)}"]:not([type="hidden"], [type="radio"])`);
      if (!field) continue;
      const line = document.createElement("p");
      line.className = "error";
      line.id = `${field.id}-error`;
      line.textContent = `✗ ${words}`;
      field.setAttribute("aria-invalid", "true");
      field.setAttribute("aria-describedby", line.id);
      field.closest(".field").append(line);
    }
  };

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
