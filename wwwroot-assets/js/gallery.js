// What only the browser can do for a grid of images: measure it, take its keys, and draw the rectangle that selects. Everything else is
// decided by the server.
import { commandOf, takeFocus } from "./gallery-keys.js";

const grids = new Map();
const dragDistance = 6;
const headerHeight = 64, footerHeight = 96;

export function attach(element, target) {
  if (!element) return; // taken off the page meanwhile
  const grid = { element, target, width: 0 };
  grid.resize = new ResizeObserver(() => measure(grid));
  grid.resize.observe(element);
  element.addEventListener("keydown", event => onKey(grid, event));
  element.addEventListener("pointerdown", event => onPointerDown(grid, event));
  grids.set(element, grid);
  measure(grid);
}

/** Scrolls until the image is in view, and no further. */
export function reveal(element, index) {
  const { columns, rowHeight } = metrics(element);
  const top = element.getBoundingClientRect().top + Math.floor(index / columns) * rowHeight;
  if (top < headerHeight) scrollBy({ top: top - headerHeight });
  else if (top + rowHeight > innerHeight - footerHeight) scrollBy({ top: top + rowHeight - innerHeight + footerHeight });
}

export function focus(element) {
  takeFocus(element);
}

export function dispose(element) {
  grids.get(element)?.resize.disconnect();
  grids.delete(element);
}

function measure(grid) {
  const width = Math.floor(grid.element.clientWidth);
  if (width === 0 || width === grid.width) return;
  grid.width = width;
  grid.target.invokeMethodAsync("OnWidth", width);
}

const metrics = element => ({ columns: Number(element.dataset.columns) || 1, rowHeight: Number(element.dataset.rowHeight) || 1 });

function onKey(grid, event) {
  const command = commandOf(event);
  if (!command || event.target !== grid.element) return;
  event.preventDefault();
  grid.target.invokeMethodAsync("OnKey", command);
}

// The rectangle belongs to a mouse: a finger scrolls.
function onPointerDown(grid, event) {
  if (event.button !== 0 || event.pointerType !== "mouse") return;
  const { element } = grid;
  const origin = element.getBoundingClientRect();
  const start = { x: event.clientX - origin.left, y: event.clientY - origin.top };
  let last = event, band = null, frame = 0;

  const box = () => {
    const rect = element.getBoundingClientRect();
    const end = { x: last.clientX - rect.left, y: last.clientY - rect.top };
    return {
      left: Math.min(start.x, end.x), right: Math.max(start.x, end.x),
      top: Math.min(start.y, end.y), bottom: Math.max(start.y, end.y), rect,
    };
  };
  const draw = () => {
    const { left, right, top, bottom, rect } = box();
    Object.assign(band.style, {
      left: `${left + rect.left}px`, top: `${top + rect.top}px`, width: `${right - left}px`, height: `${bottom - top}px`,
    });
    // Near an edge of the window, the page follows.
    if (last.clientY > innerHeight - 48) scrollBy(0, 14);
    else if (last.clientY < headerHeight + 24) scrollBy(0, -14);
    frame = requestAnimationFrame(draw);
  };
  const move = moved => {
    last = moved;
    if (band || Math.hypot(moved.clientX - event.clientX, moved.clientY - event.clientY) < dragDistance) return;
    band = document.createElement("div");
    band.className = "bt-band";
    document.body.append(band);
    draw();
  };
  const end = () => {
    removeEventListener("pointermove", move);
    removeEventListener("pointerup", up);
    removeEventListener("pointercancel", end);
    cancelAnimationFrame(frame);
    band?.remove();
  };
  const up = released => {
    last = released;
    const { left, right, top, bottom, rect } = box();
    const wasBand = band !== null;
    end();
    if (!wasBand) return;
    // The click that follows belongs to the rectangle.
    const swallow = click => click.stopPropagation();
    addEventListener("click", swallow, { capture: true, once: true });
    setTimeout(() => removeEventListener("click", swallow, { capture: true }));
    const { columns, rowHeight } = metrics(element);
    const columnOf = x => Math.min(columns - 1, Math.max(0, Math.floor(x / (rect.width / columns))));
    const rowOf = y => Math.max(0, Math.floor(y / rowHeight));
    focus(element);
    grid.target.invokeMethodAsync(
      "OnBand", rowOf(top), rowOf(bottom), columnOf(left), columnOf(right), released.ctrlKey || released.metaKey || released.shiftKey);
  };
  addEventListener("pointermove", move);
  addEventListener("pointerup", up);
  addEventListener("pointercancel", end);
}
