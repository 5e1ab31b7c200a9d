// One verb for a scatter chart: draw, which draws all of it anew. uPlot draws the axes and the points, this script the names beside them.
const charts = new Map();
const height = 320;
const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const font = size => `${size}px IBM Plex Sans`;

// 1, 2 and 5 of each power of ten: what people read off a logarithmic axis.
const ticks = Array.from({ length: 13 }, (_, i) => i - 6).flatMap(power => [1, 2, 5].map(n => Math.log10(n) + power));

// As the server writes it in the language of the page.
const percentSign = document.documentElement.lang.startsWith("zh") ? "%" : " %";

function options(chart) {
  const { element, spec } = chart;
  const colours = [css("--bt-good"), css("--bt-accent"), css("--bt-muted"), css("--bt-warm")];
  const line = css("--bt-line"), labelled = { font: font(12), labelFont: font(12), labelSize: 20 };
  const axis = { stroke: css("--bt-muted"), grid: { stroke: line, width: 1 }, ticks: { stroke: line }, ...labelled };
  const format = v =>
    v == null ? "–"
    : spec.percent ? (v * 100).toFixed(v * 100 % 1 ? 1 : 0) + percentSign
    : Number(v.toPrecision(4)).toString();
  const pad = (low, high, share) => { const more = Math.max((high - low) * share, 1e-3); return [low - more, high + more]; };
  return {
    width: Math.max(200, element.clientWidth), height, cursor: { show: false },
    scales: {
      x: { time: false, range: (u, low, high) => pad(low, high, 0.12 + 12 / element.clientWidth) },
      y: { range: () => {
        const [low, high] = pad(Math.min(...spec.points.map(p => p.low)), Math.max(...spec.points.map(p => p.high)), 0.08);
        // Accuracy is at most 100 %.
        return spec.percent ? [Math.max(0, low), Math.min(1.02, high)] : [low, high];
      } },
    },
    axes: [
      {
        ...axis,
        label: spec.xLabel,
        size: 36,
        splits: (u, i, low, high) => ticks.filter(t => t >= low && t <= high),
        values: (u, vs) => vs.map(v => Number((10 ** v).toPrecision(1)).toString()),
      },
      { ...axis, label: spec.yLabel, size: 54, values: (u, vs) => vs.map(v => spec.percent && v > 1 ? "" : format(v)) },
    ],
    legend: { live: false, markers: { fill: (u, i) => colours[i - 1] } },
    hooks: { draw: [u => drawNames(u, spec, colours)] },
    series: [
      {},
      ...spec.kinds.map((label, kind) => ({
        label,
        stroke: colours[kind],
        paths: () => null,
        points: { show: true, size: 10, stroke: colours[kind], fill: colours[kind] },
      })),
    ],
  };
}

// Names go to the right of their points, to the left where the edge is near, and give way to what is there already.
function drawNames(u, spec, colours) {
  const { ctx } = u, scale = devicePixelRatio, size = 12 * scale, gap = 9 * scale;
  const around = gap * .7;
  const placed = spec.points
    .map(p => ({ x: u.valToPos(Math.log10(p.x), "x", true), y: u.valToPos(p.y, "y", true) }))
    .map(p => ({ left: p.x - around, right: p.x + around, top: p.y - around, bottom: p.y + around }));
  const free = box => placed.every(o => box.right < o.left || box.left > o.right || box.bottom < o.top || box.top > o.bottom);
  ctx.save();
  ctx.font = font(size);
  // The axes leave theirs behind.
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  for (const point of spec.points) {
    const x = u.valToPos(Math.log10(point.x), "x", true), y = u.valToPos(point.y, "y", true);
    if (point.high > point.low) {
      ctx.strokeStyle = colours[point.kind];
      ctx.lineWidth = 1.5 * scale;
      ctx.beginPath();
      ctx.moveTo(x, u.valToPos(point.low, "y", true));
      ctx.lineTo(x, Math.max(u.bbox.top, u.valToPos(point.high, "y", true)));
      ctx.stroke();
    }
    const width = ctx.measureText(point.label).width, tried = [];
    for (const dy of [0, -1.2, 1.2, -2.4, 2.4, -3.6, 3.6]) {
      for (const left of [x + gap, x - gap - width])
        tried.push({ left, right: left + width, top: y + dy * size - size / 2, bottom: y + dy * size + size / 2 });
    }
    const inside = tried.filter(b =>
      b.left >= u.bbox.left && b.right <= u.bbox.left + u.bbox.width
      && b.top >= u.bbox.top && b.bottom <= u.bbox.top + u.bbox.height);
    const box = inside.find(free);
    // A crowd has no room for all names; the table has them.
    if (!box) continue;
    placed.push(box);
    ctx.fillStyle = css("--bt-text");
    ctx.fillText(point.label, box.left, (box.top + box.bottom) / 2);
  }
  ctx.restore();
}

function redraw(chart) {
  chart.plot?.destroy();
  const { points, kinds } = chart.spec;
  const data = [points.map(p => Math.log10(p.x)), ...kinds.map((_, kind) => points.map(p => p.kind === kind ? p.y : null))];
  chart.plot = new uPlot(options(chart), data, chart.element);
}

export function draw(element, spec) {
  if (!element) return; // taken off the page meanwhile
  let chart = charts.get(element);
  if (!chart) {
    chart = { element };
    chart.resize = new ResizeObserver(() => chart.plot?.setSize({ width: Math.max(200, element.clientWidth), height }));
    chart.resize.observe(element);
    chart.theme = () => redraw(chart);
    window.addEventListener("bt-theme", chart.theme);
    charts.set(element, chart);
  }
  chart.spec = spec;
  redraw(chart);
}

export function dispose(element) {
  const chart = charts.get(element);
  if (!chart) return;
  chart.resize.disconnect();
  window.removeEventListener("bt-theme", chart.theme);
  chart.plot.destroy();
  charts.delete(element);
}
