// While the page has no connection, asks whether the sign-in is still valid. If it is not, no attempt to connect can succeed, so the
// page offers to sign in again and then returns here.
(() => {
  const modal = document.getElementById("components-reconnect-modal");
  const pause = 2000;
  let timer = null;
  const stop = () => { clearInterval(timer); timer = null; };
  const check = async () => {
    try {
      const answer = await fetch("/api/v1/session", { cache: "no-store" });
      if (answer.status !== 401 || timer === null) return;
    } catch {
      return; // The server does not answer yet.
    }
    stop();
    const here = location.pathname + location.search;
    modal.querySelector(".signed-out a").href = `/login?returnUrl=${encodeURIComponent(here)}`;
    modal.classList.add("bt-signed-out");
  };
  modal.addEventListener("components-reconnect-state-changed", event => {
    if (event.detail.state === "hide") stop();
    else if (timer === null && !modal.classList.contains("bt-signed-out")) { timer = setInterval(check, pause); check(); }
  });
})();
