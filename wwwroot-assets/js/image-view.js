// One image that fills the window: its keys, its focus, zoom by wheel or two fingers, and panning.
import { commandOf, takeFocus } from "./gallery-keys.js";

const views = new Map();
const mostZoom = 16;

export function attach(element, target) {
  if (!element) return; // taken off the page meanwhile
  const view = { element, target, before: document.activeElement, pointers: new Map(), zoom: 1, x: 0, y: 0 };
  views.set(element, view);
  view.stage = element.querySelector(".bt-view-stage");
  element.addEventListener("keydown", event => onKey(view, event));
  view.stage.addEventListener("wheel", event => {
    event.preventDefault();
    zoomAt(view, Math.exp(-event.deltaY * 0.0015), event.clientX, event.clientY);
  }, { passive: false });
  view.stage.addEventListener("pointerdown", event => onPointerDown(view, event));
  view.stage.addEventListener("pointermove", event => onPointerMove(view, event));
  for (const name of ["pointerup", "pointercancel"])
    view.stage.addEventListener(name, event => view.pointers.delete(event.pointerId));
  view.stage.addEventListener("dblclick", event => view.zoom > 1 ? reset(element) : zoomAt(view, 3, event.clientX, event.clientY));
  document.documentElement.classList.add("bt-has-view");
  element.focus({ preventScroll: true });
}

/** Shows the whole image again. */
export function reset(element) {
  const view = views.get(element);
  if (!view) return;
  Object.assign(view, { zoom: 1, x: 0, y: 0 });
  place(view);
}

/** Enlarges by a factor, around the middle. */
export function zoom(element, factor) {
  const view = views.get(element);
  if (!view) return;
  const { left, top, width, height } = view.stage.getBoundingClientRect();
  zoomAt(view, factor, left + width / 2, top + height / 2);
}

export function focus(element) {
  takeFocus(element);
}

export function dispose(element) {
  const view = views.get(element);
  if (!view) return;
  views.delete(element);
  document.documentElement.classList.remove("bt-has-view");
  view.before?.isConnected && view.before.focus({ preventScroll: true });
}

function onKey(view, event) {
  if (event.key === "Tab") return keepFocus(view, event);
  const isField = event.target.closest("input, textarea, select, [contenteditable]");
  const isPressed = event.target.closest("button, a, summary") && (event.key === "Enter" || event.key === " ");
  const command = commandOf(event);
  if (!command || isPressed || isField && command !== "Escape") return;
  event.preventDefault();
  event.stopPropagation();
  view.target.invokeMethodAsync("OnKey", command);
}

// The page behind is covered: Tab goes around in the view.
function keepFocus(view, event) {
  const stops = [...view.element.querySelectorAll("button, a[href], input, summary, [tabindex='0']")]
    .filter(e => !e.disabled && e.offsetParent !== null);
  if (stops.length === 0) return;
  const first = stops[0], last = stops.at(-1), at = document.activeElement;
  if (event.shiftKey ? at === first || at === view.element : at === last) {
    event.preventDefault();
    (event.shiftKey ? last : first).focus();
  }
}

function onPointerDown(view, event) {
  if (event.button !== 0 || event.target.closest("button, a")) return;
  view.stage.setPointerCapture(event.pointerId);
  view.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
}

function onPointerMove(view, event) {
  const before = view.pointers.get(event.pointerId);
  if (!before) return;
  const now = { x: event.clientX, y: event.clientY };
  if (view.pointers.size === 2) {
    const [other] = [...view.pointers].filter(([id]) => id !== event.pointerId).map(([, p]) => p);
    const distance = p => Math.hypot(p.x - other.x, p.y - other.y);
    zoomAt(view, distance(now) / Math.max(1, distance(before)), (now.x + other.x) / 2, (now.y + other.y) / 2);
  } else if (view.zoom > 1) {
    view.x += now.x - before.x;
    view.y += now.y - before.y;
    place(view);
  }
  view.pointers.set(event.pointerId, now);
}

// The point under the pointer stays where it is.
function zoomAt(view, factor, clientX, clientY) {
  const { left, top, width, height } = view.stage.getBoundingClientRect();
  const zoom = Math.min(mostZoom, Math.max(1, view.zoom * factor)), ratio = zoom / view.zoom;
  const px = clientX - left - width / 2, py = clientY - top - height / 2;
  view.x = px - (px - view.x) * ratio;
  view.y = py - (py - view.y) * ratio;
  view.zoom = zoom;
  place(view);
}

function place(view) {
  const { width, height } = view.stage.getBoundingClientRect();
  const mostX = width * (view.zoom - 1) / 2, mostY = height * (view.zoom - 1) / 2;
  view.x = Math.min(mostX, Math.max(-mostX, view.x));
  view.y = Math.min(mostY, Math.max(-mostY, view.y));
  const picture = view.stage.querySelector(".bt-view-picture");
  picture.style.transform = view.zoom === 1 ? "" : `translate(${view.x}px, ${view.y}px) scale(${view.zoom})`;
  view.stage.classList.toggle("zoomed", view.zoom > 1);
}
