// Sets the theme before anything is drawn, and remembers the choice. "system" follows the operating system.
(() => {
  const media = window.matchMedia("(prefers-color-scheme: dark)");
  const stored = () => localStorage.getItem("theme") ?? "system";
  const dark = () => stored() === "dark" || (stored() === "system" && media.matches);
  let watcher = null;
  const apply = () => {
    document.documentElement.dataset.theme = dark() ? "dark" : "light";
    window.dispatchEvent(new Event("bt-theme"));
    // The circuit behind an old watcher may be gone.
    watcher?.invokeMethodAsync("OnThemeChanged", dark()).catch(() => { watcher = null; });
  };
  apply();
  media.addEventListener("change", apply);
  window.blazorTransferTheme = {
    watch(target) { watcher = target; return dark(); },
    choose(value) { localStorage.setItem("theme", value); apply(); },
  };
})();
