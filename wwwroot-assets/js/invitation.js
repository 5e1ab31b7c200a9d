// Fills the sign-in form from the fragment of an invitation, and removes it from the address and the history.
(() => {
  if (!location.hash.includes("password=")) return;
  const values = new URLSearchParams(location.hash.slice(1));
  for (const [id, name] of [["name", "name"], ["password", "password"]]) {
    const field = document.getElementById(id);
    if (field) field.value = values.get(name) ?? "";
  }
  document.getElementById("own")?.focus();
  history.replaceState(null, "", location.pathname + location.search);
})();
