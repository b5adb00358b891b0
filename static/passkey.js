// Passkeys: the button asks the browser for one and sends what it answers. Without them the form stays closed and says why.
(() => {
  "use strict";
  document.addEventListener("DOMContentLoaded", () => {
    const form = document.querySelector("form[data-passkey]");
    const trouble = document.querySelector("[data-passkey-trouble]");
    const say = (words) => {
      trouble.textContent = words;
      trouble.hidden = false;
    };
    if (/^[\d.]+$|^\[/.test(location.hostname)) {
      const there = `${location.protocol}//localhost${location.port ? `:${location.port}` : ""}/`;
      say(`パスキーは、数字のアドレスでは使えません。このパソコンなら ${there} で開き直してください。`);
      return;
    }
    if (!window.PublicKeyCredential) {
      say("このブラウザでは、パスキーを使えません。認証アプリを使ってください。");
      return;
    }
    const options = JSON.parse(document.getElementById("passkey-options").textContent);
    const ask = form.dataset.passkey === "create"
      ? () => webauthnJSON.create(options.creation_options)
      : () => webauthnJSON.get(options.request_options);
    form.querySelector("button[type=submit]").hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      trouble.hidden = true;
      try {
        form.elements.credential.value = JSON.stringify(await ask());
        form.submit();
      } catch {
        say("パスキーを使えませんでした。操作を取りやめたか、時間切れになったか、この端末にパスキーがありません。もう一度押してください。");
      }
    });
  });
})();
