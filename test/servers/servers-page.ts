import type { BundledServer } from '@plugboard/catalog';

/** What came of trying a server. */
export interface Outcome {
  readonly id: string;
  /** How far it came, or why it was not tried. */
  readonly tested: string;
  readonly tools?: number;
  readonly startMs?: number;
  readonly memoryMb?: number;
  readonly protocol?: string;
}

/** The page that tells people which servers were tried and how. */
export function serversPage(
  servers: readonly BundledServer[],
  outcomes: readonly Outcome[],
): string {
  const tried = outcomes.filter(({ tools }) => tools !== undefined);
  const called = outcomes.filter(({ tested }) => tested.includes('called'));
  const rows = servers.map(({ server, meta }) => {
    const outcome = outcomes.find(({ id }) => id === meta.id);
    const tools = outcome?.tools ?? (meta.tools.length > 0 ? `(${meta.tools.length})` : '');
    return [
      `\`${meta.id}\``,
      server.title ?? '',
      server.version,
      transportsOf(server),
      outcome?.tested ?? 'not tried',
      tools,
      outcome?.startMs ?? '',
      outcome?.memoryMb ?? '',
      outcome?.protocol ?? '',
    ];
  });
  const table = paddedTable(
    [
      'id',
      'server',
      'version',
      'transport',
      'how tested',
      'tools',
      'start ms',
      'memory MB',
      'protocol',
    ],
    rows,
  );
  return `# The bundled servers

Plugboard ships ${servers.length} servers in its catalog. Each that runs from npm and starts without a network is installed by its id, listed, its tools compared with those of its entry, called where that needs no network and no account, and removed again: ${tried.length} were installed and listed, ${called.length} of them called.

Made by \`PLUGBOARD_WRITE_DOCS=1 npm run test:servers\`. Start is from stopping a server until it is listed again, and memory what it holds of its own after that; both are of that run, on two cores that had other work too. The entries hold those of a quiet computer. A count of tools in brackets is the entry's. Credentials were placeholders.

${table}
`;
}

const numbers = new Set([5, 6, 7]);

/** As the formatter has tables, so that a page that was just made needs none. */
function paddedTable(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const texts = [head, ...rows.map((row) => row.map(String))];
  const widths = head.map((_, column) =>
    Math.max(3, ...texts.map((row) => row[column]?.length ?? 0)),
  );
  const lines = texts.map((row) =>
    row.map((text, column) => {
      const width = widths[column] ?? 0;
      return numbers.has(column) ? text.padStart(width) : text.padEnd(width);
    }),
  );
  const rule = widths.map((width, column) =>
    numbers.has(column) ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width),
  );
  return [lines[0] ?? [], rule, ...lines.slice(1)]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

function transportsOf(server: BundledServer['server']): string {
  const kinds = [
    ...(server.packages ?? []).map(({ transport }) => transport.type),
    ...(server.remotes ?? []).map(({ type }) => type),
  ];
  return [...new Set(kinds)].join(', ');
}
