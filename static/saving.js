// What saves itself: a clinic's answers as whole forms, a vendor's rows one by one. Without scripts 保存 does it all.
(() => {
  "use strict";

  // Text is at rest 800 ms after the last input; inside an IME's composition never.
  const REST = 800;
  const timers = new WeakMap();
  const stop = (place) => {
    clearTimeout(timers.get(place));
    timers.delete(place);
  };
  const later = (place, act, wait = REST) => {
    stop(place);
    timers.set(place, setTimeout(() => { timers.delete(place); act(place); }, wait));
  };

  // Answers ------------------------------------------------------------------------------------------------------

  const ANSWER = "form.answer[hx-post]";
  const MACHINERY = ["csrfmiddlewaretoken", "typed_by", "form_token", "turn", "version"];
  const AGAIN = 20_000; // ms until a save that found no server is tried again
  const READ = 600; // ms: nobody has read a conflict sooner
  const states = new WeakMap();
  const said = (form) => {
    const data = new FormData(form);
    for (const name of MACHINERY) data.delete(name);
    return new URLSearchParams(data).toString();
  };
  // `sent` and `saved`: what the form said then. `owed`: a send has not been answered with a version.
  // `then`: what was pressed while one was on its way.
  const of = (form) => {
    if (!states.has(form)) {
      const words = said(form);
      states.set(form, { sent: words, saved: form.dataset.unsaved ? null : words, then: null });
    }
    return states.get(form);
  };
  const answers = () => [...document.querySelectorAll(ANSWER)];
  const undecided = (form) => form.querySelector(".conflict") !== null;
  const unsaved = (form) => !of(form).leaving && (of(form).busy || said(form) !== of(form).saved);
  const plainSave = (form) => form.querySelector(".actions button:not([name]), .inline-fields > button[type=submit]");

  // What the server said stands aside while something newer is true. A screen reader hears each state once, not with each key.
  const say = (form, words, { quiet = false, failed = false, button = null } = {}) => {
    const it = of(form), state = form.querySelector(".save-state");
    if (it.words === words) return;
    it.told ??= [...state.childNodes].filter((each) => each.name !== "version");
    it.words = words;
    for (const each of [...state.childNodes]) if (each.name !== "version") each.remove();
    const now = document.createElement("span");
    now.className = failed ? "save-failed inline-fields" : "unsaved";
    if (quiet) now.setAttribute("aria-hidden", "true");
    now.append(words, ...(button ? [button] : []));
    state.append(now);
  };
  const unsay = (form) => {
    const it = of(form);
    if (!it.told) return;
    for (const each of form.querySelectorAll(".save-state > .unsaved, .save-state > .save-failed")) each.remove();
    form.querySelector(".save-state").append(...it.told);
    it.words = it.told = null;
  };
  const sayIfUnsaved = (form) => {
    const it = of(form);
    if (it.busy || it.failed || undecided(form)) return;
    if (said(form) === it.saved) unsay(form);
    else say(form, "未保存");
  };

  // Send what the form says, unless it was sent already, is being composed, or waits for a decision.
  const now = (form) => {
    const it = of(form);
    stop(form);
    if (it.busy || it.composing || it.leaving || undecided(form) || said(form) === it.sent) return;
    htmx.trigger(form, "save");
  };

  document.addEventListener("htmx:load", (event) => {
    for (const form of (event.target.parentElement ?? document).querySelectorAll(ANSWER)) of(form);
  });
  const answerOf = (event) => event.target.closest?.(ANSWER) ?? null;
  document.addEventListener("compositionstart", (event) => {
    const form = answerOf(event);
    if (!form) return;
    stop(form);
    of(form).composing = true;
  });
  document.addEventListener("compositionend", (event) => {
    const form = answerOf(event);
    if (!form) return;
    of(form).composing = false;
    later(form, now);
  });
  document.addEventListener("input", (event) => {
    const form = answerOf(event);
    if (!form) return;
    of(form).warned = false;
    sayIfUnsaved(form);
    if (event.target.type !== "radio" && !of(form).composing) later(form, now);
  });
  document.addEventListener("change", (event) => {
    const form = answerOf(event);
    if (!form) return;
    sayIfUnsaved(form);
    if (event.target.type === "radio") now(form);
  });
  document.addEventListener("focusout", (event) => {
    const form = answerOf(event);
    if (form && event.target.matches("input, textarea")) now(form);
  });
  // A date that is typed by halves would be sent as none, and erase what is stored.
  document.addEventListener("formdata", (event) => {
    for (const day of event.target.querySelectorAll("input[type=date]")) {
      if (day.validity.badInput && event.target.matches(ANSWER)) event.formData.set(day.name, "入力の途中");
    }
  });

  // A press waits for the save that is on its way: the version comes back with it.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches(ANSWER)) return;
    stop(form);
    if (!of(form).busy && !of(form).leaving && !of(form).unread) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    of(form).then = of(form).unread ? null : event.submitter;
  }, true);
  // So does 閉じる. What cannot be saved stays in sight; a second press closes all the same.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("form.answer a");
    const form = link?.closest(ANSWER);
    if (!form) return;
    const it = of(form);
    it.discarded = link.hasAttribute("data-discards");
    if (!link.hasAttribute("hx-get") || !unsaved(form) || it.warned) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    it.warned = true;
    now(form);
    it.then = it.busy ? link : null;
  }, true);

  document.addEventListener("htmx:configRequest", (event) => {
    const form = event.target;
    if (!form.matches?.(ANSWER)) return;
    const it = of(form), asked = event.detail;
    it.pressed = asked.triggeringEvent?.type === "submit";
    if (it.owed) form.elements.turn.value = Number(form.elements.turn.value) + 1;
    it.owed = true;
    asked.parameters.turn = form.elements.turn.value;
    if (it.pressed) return;
    asked.parameters.auto = "1";
    delete asked.parameters.next; // htmx remembers a button that was pressed before
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.target;
    if (!form.matches?.(ANSWER)) return;
    const it = of(form);
    stop(form);
    Object.assign(it, { busy: true, sent: said(form) });
    if (it.pressed || !it.failed) say(form, "保存中", { quiet: true });
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.target.matches(`${ANSWER} .save-state`)) event.detail.isError = false; // it is said beside the form
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target, { xhr } = event.detail;
    if (!form.matches?.(ANSWER)) return;
    const it = of(form);
    it.busy = false;
    if (xhr.getResponseHeader("HX-Redirect")) it.leaving = true;
    else if (![200, 409, 422].includes(xhr.status)) fail(form, it, xhr.status);
    else heard(form, it, xhr.status);
  });

  const heard = (form, it, status) => {
    const { then, pressed } = it;
    Object.assign(it, { owed: false, failed: false, then: null, saved: status === 200 ? it.sent : null });
    it.words = it.told = null; // the server has said it anew
    mark(form);
    if (pressed || (then && status === 409)) lookAt(form);
    if (status === 409) letItBeRead(form);
    const newer = said(form) !== it.sent; // typed in the meantime
    if (status === 200 || newer) sayIfUnsaved(form);
    // A press that waited goes on; but it is no answer to a conflict that nobody had seen yet.
    if (then && (then.matches("button") ? status !== 409 : status === 200 && !newer)) return setTimeout(() => press(form, then));
    if (status === 200) it.then = then;
    if (!timers.has(form)) setTimeout(() => now(form));
  };
  // A press that was on its way when the conflict came up is no answer to it either.
  const letItBeRead = (form) => {
    const buttons = form.querySelectorAll("button");
    const say = (unread) => {
      of(form).unread = unread;
      for (const each of buttons) each.toggleAttribute("aria-disabled", unread) && each.setAttribute("aria-disabled", "true");
    };
    say(true);
    setTimeout(say, READ, false);
  };
  const press = (form, target) => {
    stop(form);
    of(form).warned = true;
    target.click(); // htmx hears of no submitter but a clicked one
  };
  const fail = (form, it, status) => {
    const { then } = it;
    Object.assign(it, { failed: true, sent: null, then: null });
    if (status === 401 && then?.matches("button")) setTimeout(() => press(form, then));
    if (status === 0 || status >= 500) later(form, now, AGAIN);
    const button = document.createElement("button");
    button.className = "btn btn-secondary btn-small";
    if (status === 401) {
      button.type = "submit"; // what was typed is kept for its writer, who logs in and finds it again
      button.textContent = "ログインして続ける";
      return say(form, "保存できません。ログインの期限が切れました。入力は残っています。", { failed: true, button });
    }
    button.type = "button";
    button.textContent = "再試行";
    button.addEventListener("click", () => {
      plainSave(form)?.focus({ preventScroll: true });
      it.failed = false;
      now(form);
    });
    say(form, WHY[status] ?? "保存できません。通信を確かめてください。入力は残っています。", { failed: true, button });
  };
  const REFUSED = "保存できません。いまは、この項目に回答する権限がありません。書いた文をコピーしてから画面を閉じてください。";
  const FULL = "保存できません。サーバの空き容量が足りません。入力は残っています。サーバの管理者に知らせてください。";
  const WHY = { 400: "保存できません。入力が長すぎます。短くしてから、もう一度保存してください。", 403: REFUSED, 404: REFUSED, 507: FULL };

  // Say beside each field what is wrong with it. The focus stays where it is.
  const mark = (form) => {
    for (const old of form.querySelectorAll(".invalid-feedback")) old.remove();
    for (const field of form.querySelectorAll(".is-invalid")) {
      field.classList.remove("is-invalid");
      field.removeAttribute("aria-invalid");
    }
    for (const link of form.querySelectorAll(".save-state [data-wrong]")) {
      const field = document.getElementById(link.hash.slice(1));
      const words = document.createElement("p");
      words.className = "invalid-feedback d-block";
      words.id = `${field.id}_error`;
      words.textContent = link.dataset.wrong;
      (field.closest(".inline-fields") ?? field).before(words);
      field.classList.add("is-invalid");
      field.setAttribute("aria-invalid", "true");
    }
    for (const field of form.querySelectorAll("input.form-control, textarea")) {
      const told = [`${field.id}_helptext`, `${field.id}_error`].filter((id) => document.getElementById(id));
      if (told.length) field.setAttribute("aria-describedby", told.join(" "));
      else field.removeAttribute("aria-describedby");
    }
  };
  // Who pressed is led to what went wrong; who pressed a button that is gone, to 保存.
  const lookAt = (form) => {
    const alert = form.querySelector(".trouble [role=alert]");
    alert?.setAttribute("tabindex", "-1");
    if (alert) alert.focus();
    else if (document.activeElement === document.body) plainSave(form)?.focus({ preventScroll: true });
  };

  document.addEventListener("visibilitychange", () => document.hidden && answers().forEach(now));
  window.addEventListener("online", () => answers().forEach(now));
  window.addEventListener("beforeunload", (event) => {
    if (!answers().some((form) => unsaved(form) && !of(form).discarded)) return;
    answers().forEach(now);
    event.preventDefault();
  });
  // What is still unsaved goes along with the page, as a further turn of the same form.
  window.addEventListener("pagehide", () => {
    for (const form of answers().filter((each) => unsaved(each) && !of(each).discarded && !undecided(each) && (of(each).busy || said(each) !== of(each).sent))) {
      const it = of(form), data = new FormData(form);
      data.set("turn", Number(data.get("turn")) + (it.owed ? 1 : 0));
      form.elements.turn.value = data.get("turn");
      data.set("auto", "1");
      it.owed = true;
      navigator.sendBeacon(form.getAttribute("hx-post"), new URLSearchParams(data));
    }
  });
  window.addEventListener("pageshow", (event) => {
    for (const form of event.persisted ? answers() : []) {
      const it = of(form);
      Object.assign(it, { leaving: false, busy: false }, it.owed ? { sent: null } : {});
      now(form); // the answer that led away brought no version
    }
  });

  // A vendor's rows ------------------------------------------------------------------------------------------------

  const rowOf = (event) => event.target.closest?.("form.asks fieldset.ask") ?? null;
  const undecidedRow = (row) => row.querySelector(".row-trouble .finding");
  const sayRow = (element, words, failed = false) => {
    const state = element?.closest?.("form.asks fieldset.ask")?.querySelector(".row-state");
    if (!state) return;
    for (const old of state.querySelectorAll("span, .row-words")) old.remove();
    const said = document.createElement("span");
    said.className = failed ? "save-failed" : "quiet";
    said.textContent = words;
    state.append(said);
  };
  // Radios and left fields save at once (change), text when it is at rest (typed).
  const rest = (event) => {
    const row = rowOf(event);
    if (!row || event.target.type === "radio") return;
    stop(row);
    if (!event.isComposing) later(row, () => htmx.trigger(row, "typed"));
  };
  document.addEventListener("input", rest);
  document.addEventListener("compositionend", rest);
  for (const kind of ["input", "change"]) {
    document.addEventListener(kind, (event) => {
      const row = rowOf(event);
      if (row && event.target.value === "no") row.querySelector("details").open = true;
      if (row && kind === "change" && !undecidedRow(row)) stop(row);
      sayRow(event.target, "未保存");
    });
  }
  document.addEventListener("htmx:beforeRequest", (event) => {
    const cause = event.detail.requestConfig.triggeringEvent;
    const leaving = cause?.type === "change" && cause.target.matches?.("fieldset.ask textarea");
    if (leaving && undecidedRow(event.target)) event.preventDefault(); // on the way to the buttons that decide: they stay where they are
    else sayRow(event.target, "保存中");
  });
  for (const kind of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    document.addEventListener(kind, (event) => sayRow(event.target, event.detail.xhr?.status === 404
      ? "保存できません。回答の受付は終わりました。書いた文をコピーしてから画面を閉じてください。"
      : event.detail.xhr?.status === 507 ? FULL
      : "保存できません。通信を確かめて、「保存する」を押してください。入力は残っています。", true));
  }
  document.addEventListener("htmx:afterSwap", (event) => {
    const row = rowOf(event);
    if (row && document.activeElement === document.body) row.querySelector("input:checked, textarea")?.focus(); // its button is gone
  });
  // Answers may come back in another order than they were given: an older count does not replace a newer one.
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const [shown, come] = [event.detail.target, event.detail.fragment.firstElementChild].map((each) => Number(each?.dataset.saves));
    if (come < shown) event.detail.shouldSwap = false;
  });
  // The whole form waits for rows that are still on their way: their versions come back with them.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form.asks") || !form.querySelector(".htmx-request")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const wait = setInterval(() => {
      if (form.querySelector(".htmx-request")) return;
      clearInterval(wait);
      form.requestSubmit(event.submitter);
    }, 50);
  });
})();
