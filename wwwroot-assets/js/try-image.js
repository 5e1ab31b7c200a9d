// Hands an image that is dropped on the element, or pasted anywhere on the page, to its file input.
const pasting = new Map();

export function attach(element) {
  if (!element) return; // taken off the page meanwhile
  const input = element.querySelector("input[type=file]"), drop = element.querySelector(".bt-drop");
  const take = files => {
    if (!files.length || input.disabled) return;
    input.files = files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };
  drop.addEventListener("dragover", e => { e.preventDefault(); drop.classList.add("over"); });
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", e => { e.preventDefault(); drop.classList.remove("over"); take(e.dataTransfer.files); });
  const paste = e => e.clipboardData && take(e.clipboardData.files);
  document.addEventListener("paste", paste);
  pasting.set(element, paste);
}

export function dispose(element) {
  document.removeEventListener("paste", pasting.get(element));
  pasting.delete(element);
}
