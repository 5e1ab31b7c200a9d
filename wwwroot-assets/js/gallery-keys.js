// The keys of the gallery, as one word each. They count only while the gallery has the focus, so that nobody who types or uses speech
// input triggers them by accident (WCAG 2.1.4).
const named = new Set([
  "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "Enter", " ", "Escape", "Delete", "Backspace", "/", "+", "-",
]);
const repeatable = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"]);

/** Gives an element the keyboard, as soon as the dialog that asked something is gone: until then, the dialog keeps it. */
export function takeFocus(element, frames = 120) {
  if (!element?.isConnected) return;
  if (document.querySelector(".mud-dialog") && frames > 0) requestAnimationFrame(() => takeFocus(element, frames - 1));
  else element.focus({ preventScroll: true });
}

/** The key with its modifiers, such as "Shift+ArrowRight"; null for a key that the browser keeps. */
export function commandOf(event) {
  if (event.isComposing || event.altKey) return null;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  // A key that is held down must not label one image after another.
  if (event.repeat && !repeatable.has(key)) return null;
  if (event.ctrlKey || event.metaKey)
    return key === "a" || key === "y" ? `Ctrl+${key}` : key === "z" ? (event.shiftKey ? "Ctrl+Shift+z" : "Ctrl+z") : null;
  if (named.has(key)) return event.shiftKey && key !== "+" && key !== "/" ? `Shift+${key}` : key;
  return /^[\p{L}\p{N}?]$/u.test(key) ? key : null;
}
