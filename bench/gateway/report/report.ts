import type { Cell, Window } from '../measure/window.ts';
import { type ContestantName, contestants } from '../options.ts';
import { median } from './median.ts';
import { formatTable } from './table.ts';

/** All windows of one square: by contestant, in the order of the rounds. */
export interface CellReport {
  readonly cell: Cell;
  readonly windows: Partial<Record<ContestantName, Window[]>>;
}

const headings = {
  http: 'Streamable HTTP upstream',
  stdio: 'stdio upstream',
  modern: 'Streamable HTTP upstream of the modern era',
  '2k': '2 KB answers',
  '50k': '50 KB answers',
  write: '2 KB answers of a tool that writes',
};

/** The report as Markdown: a table for each transport and answer, medians over the rounds. */
export function formatReport(cells: readonly CellReport[]): string {
  const groups = Map.groupBy(
    cells,
    ({ cell }) => `${headings[cell.transport]}, ${headings[cell.answer]}`,
  );
  return [...groups]
    .map(([title, group]) => `${title}\n\n${formatTable(header, group.flatMap(rowsOf))}`)
    .join('\n\n');
}

const header = [
  'clients, way',
  'calls/s',
  'p50 ms',
  'p90 ms',
  'p99 ms',
  'max ms',
  'gateway µs',
  'Postgres µs',
  'upstream µs',
  'load µs',
  'of direct',
  'of bare',
  'RSS MB',
  'others %',
  'errors',
];

function rowsOf({ cell, windows }: CellReport): string[][] {
  return contestants.flatMap((name) => {
    const own = windows[name];
    if (!own) return [];
    const middle = (pick: (window: Window) => number) => median(own.map(pick));
    return [
      [
        `${cell.clients}, ${name}`,
        middle((w) => w.callsPerSecond).toFixed(0),
        middle((w) => w.p50Ms).toFixed(2),
        middle((w) => w.p90Ms).toFixed(2),
        middle((w) => w.p99Ms).toFixed(2),
        middle((w) => w.maxMs).toFixed(0),
        middle((w) => w.cpuMicrosPerCall.gateway).toFixed(0),
        middle((w) => w.cpuMicrosPerCall.postgres).toFixed(0),
        middle((w) => w.cpuMicrosPerCall.upstream).toFixed(0),
        middle((w) => w.cpuMicrosPerCall.load).toFixed(0),
        ratio(own, windows.direct),
        ratio(own, windows.bare),
        (middle((w) => w.gatewayBytes) / 1e6).toFixed(0),
        (middle((w) => w.strangers) * 100).toFixed(0),
        String(own.reduce((sum, w) => sum + w.errors, 0)),
      ],
    ];
  });
}

/** The median over the rounds of throughput ÷ the other's in the same round. */
function ratio(own: readonly Window[], other: readonly Window[] | undefined): string {
  if (!other) return '';
  const pairs = own.map(
    (w, round) => w.callsPerSecond / (other[round]?.callsPerSecond ?? Number.NaN),
  );
  return median(pairs.filter(Number.isFinite)).toFixed(2);
}

/** What a call of one client takes beyond its record's commit, and how much more than by `bare`. */
export function formatCommits(cells: readonly CellReport[]): string {
  const lines = cells.flatMap(({ cell, windows: { plugboard, bare } }) => {
    if (cell.clients !== 1 || !plugboard) return [];
    const middle = (pick: (window: Window) => number) => median(plugboard.map(pick));
    const commit = middle((w) => w.commitMs ?? 0);
    const beyond = middle((w) => w.p50Ms - (w.commitMs ?? 0));
    const more = plugboard.map(
      (w, round) => w.p50Ms - (w.commitMs ?? 0) - (bare?.[round]?.p50Ms ?? Number.NaN),
    );
    const added = bare ? `; ${median(more).toFixed(2)} ms more than bare` : '';
    return [
      `${headings[cell.transport]}, ${headings[cell.answer]}, 1 client: a commit alone takes ${commit.toFixed(2)} ms (p50), a call ${beyond.toFixed(2)} ms beyond that${added}.`,
    ];
  });
  return lines.join('\n');
}

/** The share of the machine that strangers used, in the middle and at worst. */
export function formatNoise(cells: readonly CellReport[]): string {
  const shares = cells.flatMap(({ windows }) =>
    Object.values(windows).flatMap((all) => all.map((w) => w.strangers)),
  );
  const percent = (share: number) => `${(share * 100).toFixed(0)} %`;
  return `Others used ${percent(median(shares))} of the machine in the middle window, ${percent(Math.max(0, ...shares))} in the worst.`;
}
