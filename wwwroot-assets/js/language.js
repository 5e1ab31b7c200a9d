// Remembers the language of the pages in this browser. The server reads the cookie; over TLS, browsers take it from this host alone.
(() => {
  const choose = name => {
    const secure = location.protocol === "https:";
    const [prefix, flag] = secure ? ["__Host-", "; secure"] : ["", ""];
    document.cookie = `${prefix}blazortransfer.language=${name}; path=/; max-age=31536000; samesite=lax${flag}`;
    location.reload();
  };
  window.blazorTransferLanguage = { choose };
  document.addEventListener("click", event => {
    const button = event.target.closest("[data-language]");
    if (button) choose(button.dataset.language);
  });
})();
