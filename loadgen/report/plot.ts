/** One line of a plot: a value for each moment, or none where there is nothing to show. */
export interface Line {
  readonly name: string;
  readonly values: readonly (number | undefined)[];
}

export interface Plot {
  readonly title: string;
  readonly unit: string;
  /** Seconds between two values. */
  readonly stepS: number;
  readonly lines: readonly Line[];
}

const width = 860;
const height = 260;
const margin = { left: 64, right: 12, top: 12, bottom: 34 };
const innerWidth = width - margin.left - margin.right;
const innerHeight = height - margin.top - margin.bottom;
const ticksMax = 5;
const colours = 6;

/** A figure with its legend. Names may be anything; they are escaped. */
export function svgPlot({ title, unit, stepS, lines }: Plot): string {
  const count = Math.max(2, ...lines.map(({ values }) => values.length));
  const highest = Math.max(0, ...lines.flatMap(({ values }) => values.map((value) => value ?? 0)));
  const y = scaleTo(highest);
  const at = (index: number, value: number) =>
    `${(margin.left + (index / (count - 1)) * innerWidth).toFixed(1)},${y.place(value).toFixed(1)}`;
  const parts = [
    ...y.ticks.map((tick) => horizontal(y.place(tick), label(tick))),
    ...timeTicks(count, stepS),
    ...lines.flatMap(({ values }, i) => drawn(values, at, i % colours)),
  ];
  return `<figure><figcaption>${escaped(title)} <small>${escaped(unit)}</small></figcaption>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">${parts.join("")}</svg>
${legend(lines)}</figure>`;
}

export function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** From zero to a round number above the highest value. */
function scaleTo(highest: number) {
  const step = roundUp((highest || 1) / ticksMax);
  const stepsCount = Math.max(1, Math.ceil((highest || 1) / step));
  const top = step * stepsCount;
  return {
    ticks: Array.from({ length: stepsCount + 1 }, (_, i) => i * step),
    place: (value: number) => margin.top + innerHeight * (1 - value / top),
  };
}

/** 1, 2 or 5 times a power of ten. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5].find((factor) => factor * power >= value) ?? 10) * power;
}

function horizontal(y: number, text: string): string {
  const line = `<path class="grid" d="M${margin.left} ${y.toFixed(1)}H${width - margin.right}"/>`;
  return `${line}<text x="${margin.left - 8}" y="${(y + 4).toFixed(1)}" text-anchor="end">${text}</text>`;
}

function timeTicks(count: number, stepS: number): string[] {
  const lastS = (count - 1) * stepS;
  const tickS = Math.max(1, roundUp(lastS / ticksMax));
  return Array.from({ length: Math.floor(lastS / tickS) + 1 }, (_, i) => {
    const x = margin.left + ((i * tickS) / lastS) * innerWidth;
    return `<text x="${x.toFixed(1)}" y="${height - 12}" text-anchor="middle">${label(i * tickS)} s</text>`;
  });
}

/** A path for each stretch without a gap; a value between two gaps becomes a dot. */
function drawn(
  values: Line["values"],
  at: (index: number, value: number) => string,
  colour: number,
): string[] {
  const stretches: string[][] = [[]];
  for (const [index, value] of values.entries()) {
    if (value === undefined) stretches.push([]);
    else stretches.at(-1)?.push(at(index, value));
  }
  return stretches
    .filter((points) => points.length > 0)
    .map(
      (points) =>
        `<path class="line c${colour}" d="M${points.join("L")}${points[1] ? "" : "h.1"}"/>`,
    );
}

function label(value: number): string {
  return String(Number(value.toPrecision(6)));
}

function legend(lines: readonly Line[]): string {
  const items = lines.map(({ name }, i) => `<li class="c${i % colours}">${escaped(name)}</li>`);
  return `<ul class="legend">${items.join("")}</ul>`;
}
