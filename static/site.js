// What makes the pages pleasant; every page works without it.
(() => {
  "use strict";
  const composing = (event) => event.isComposing || event.keyCode === 229;

  // Keys 1-5 choose an answer while one of its radios has the focus.
  document.addEventListener("keydown", (event) => {
    const field = event.target;
    if (composing(event) || event.altKey || event.metaKey) return;
    if (event.key === "Enter" && event.ctrlKey && field.form?.matches("form.answer")) {
      event.preventDefault();
      (field.form.querySelector("button[name=next]") ?? field.form.querySelector("button[type=submit]"))?.click(); // htmx hears of no submitter but a clicked one
    }
    if (event.ctrlKey || field.type !== "radio" || field.name !== "status" || !/^[1-5]$/.test(event.key)) return;
    const radio = field.form.querySelectorAll("input[name=status]")[event.key - 1];
    radio.checked = true;
    radio.focus();
    radio.dispatchEvent(new Event("change", { bubbles: true }));
  });

  // A vendor's rows: keys 1-3 choose while one of a row's radios has the focus, and lead on to the next row.
  document.addEventListener("keydown", (event) => {
    const field = event.target;
    if (composing(event) || event.altKey || event.metaKey || event.ctrlKey) return;
    if (field.type !== "radio" || !field.closest("form.asks") || !/^[1-3]$/.test(event.key)) return;
    const row = field.closest("fieldset.ask");
    const radio = row.querySelectorAll("input[type=radio]")[event.key - 1];
    radio.checked = true;
    radio.focus();
    radio.dispatchEvent(new Event("change", { bubbles: true }));
    const rows = [...row.form.querySelectorAll("fieldset.ask")].filter((each) => each.querySelector("input[type=radio]"));
    const next = rows[rows.indexOf(row) + 1];
    (next?.querySelector("input:checked") ?? next?.querySelector("input[type=radio]"))?.focus();
  });

  // A second click while a form is on its way is no second submission.
  document.addEventListener("submit", (event) => {
    if (event.target.hasAttribute("hx-post")) return;
    if (event.target.dataset.sent) event.preventDefault();
    event.target.dataset.sent = "1";
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });

  // A table row that was swapped had the focus: it goes to the opened row's radio or the closed one's link.
  document.addEventListener("htmx:afterSwap", (event) => {
    const row = event.target.closest?.("tr[id]");
    if (row && !event.target.closest("form") && document.activeElement === document.body) row.querySelector("input:checked, a")?.focus();
  });

  // 「今日」 and the date in the Japanese calendar beside each date field.
  const era = new Intl.DateTimeFormat("ja-JP-u-ca-japanese", { era: "long", year: "numeric", month: "long", day: "numeric" });
  const echo = (input) => {
    const day = input.valueAsDate;
    input.parentElement.querySelector("output").textContent = day ? era.format(new Date(day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate())) : "";
  };
  const local = (day) => `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, "0")}-${String(day.getDate()).padStart(2, "0")}`;
  const dress = (root) => {
    for (const input of root.querySelectorAll("input[type=date]:not([data-dressed])")) {
      input.dataset.dressed = "1";
      const focused = document.activeElement === input; // moving it below takes the focus away
      const row = document.createElement("div");
      row.className = "inline-fields";
      const today = document.createElement("button");
      today.type = "button";
      today.className = "btn btn-secondary btn-small";
      today.textContent = "今日";
      const words = document.createElement("output");
      words.setAttribute("for", input.id);
      input.classList.add("input-date");
      input.replaceWith(row);
      row.append(input, ...(input.name === "due_on" ? [] : [today]), words);
      if (focused) input.focus();
      today.addEventListener("click", () => {
        input.value = local(new Date());
        input.dispatchEvent(new Event("input", { bubbles: true }));
      });
      input.addEventListener("input", () => echo(input));
      echo(input);
    }
    for (const button of root.querySelectorAll("[data-copy][hidden]")) {
      button.hidden = false;
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent);
        button.textContent = "コピーしました";
      });
    }
  };
  document.addEventListener("DOMContentLoaded", () => {
    dress(document);
    document.querySelector(".error-summary")?.focus();
  });
  document.addEventListener("htmx:load", (event) => dress(event.target.parentElement ?? document));
})();
