// Sets the theme before anything is drawn, and remembers the choice. "system" follows the operating system.
(() => {
  const media = window.matchMedia("(prefers-color-scheme: dark)");
  const stored = () => localStorage.getItem("theme") ?? "system";
  const dark = () => stored() === "dark" || (stored() === "system" && media.matches);
  const apply = () => { document.documentElement.dataset.theme = dark() ? "dark" : "light"; };
  apply();
  window.blazorTransferTheme = {
    choice: stored,
    isDark: dark,
    choose(value) { localStorage.setItem("theme", value); apply(); window.dispatchEvent(new Event("bt-theme")); return dark(); },
  };
  media.addEventListener("change", () => { apply(); window.dispatchEvent(new Event("bt-theme")); });
})();
