/** The tools that every benchmark upstream has, and the sizes of their results as JSON text. */
const resultSizes = { echo_2k: 2_048, echo_50k: 51_200, write_2k: 2_048 } as const;

export type BenchTool = keyof typeof resultSizes;

const textResult = { content: [{ type: 'text', text: '' }] };

/**
 * The raw JSON text of a tool's `result`: one text block of source code and prose as a file-reading
 * server would send it, with escapes and some characters beyond ASCII. The same bytes on every run.
 */
export function resultOf(tool: BenchTool): Buffer {
  const size = resultSizes[tool];
  const frame = Buffer.byteLength(JSON.stringify(textResult));
  let text = '';
  let room = size - frame;
  for (let line = 0; ; line++) {
    const next = sampleLine(line);
    const bytes = Buffer.byteLength(JSON.stringify(next)) - 2;
    if (bytes > room) break;
    text += next;
    room -= bytes;
  }
  text += '.'.repeat(room);
  return Buffer.from(JSON.stringify({ content: [{ type: 'text', text }] }));
}

/** Raw JSON text of a `tools/list` result with `count` tools, the three benchmark tools first. */
export function toolListOf(count: number): Buffer {
  const tools = [
    toolDefinition('echo_2k', 'Reads a file and answers with 2 KB of it.', true),
    toolDefinition('echo_50k', 'Reads a file and answers with 50 KB of it.', true),
    toolDefinition('write_2k', 'Appends to a file and answers with 2 KB of it.', false),
  ];
  for (let n = tools.length + 1; n <= count; n++) {
    const name = `lookup_${String(n).padStart(2, '0')}`;
    tools.push(toolDefinition(name, `Looks up records of kind ${n} and answers with them.`, true));
  }
  return Buffer.from(JSON.stringify({ tools: tools.slice(0, count) }));
}

function toolDefinition(name: string, description: string, readOnly: boolean) {
  return {
    name,
    description,
    inputSchema: {
      type: 'object',
      properties: {
        path: { type: 'string', description: 'Path of the file, relative to the project.' },
        query: { type: 'string', description: 'Words to look for; all of them must occur.' },
        limit: { type: 'integer', minimum: 1, maximum: 500, default: 50 },
      },
      required: ['path'],
      additionalProperties: false,
    },
    ...(readOnly && { annotations: { readOnlyHint: true, openWorldHint: false } }),
  };
}

const lines = [
  'export async function loadOrders(path: string, limit = 50): Promise<Order[]> {\n',
  '\tconst raw = await readFile(path, "utf8"); // one order a line\n',
  '\tconst orders = raw.split("\\n").filter(Boolean).map((line) => JSON.parse(line));\n',
  '\tif (orders.length === 0) throw new Error(`no orders in "${path}"`);\n',
  '\treturn orders.filter((o) => o.total > 0 && o.state !== "void").slice(0, limit);\n}\n',
  '# Notes — what the café in Málaga ordered last week\n',
  '- 12 × "Espresso, large"\tpaid in €, delivered to C:\\shop\\inbox on Monday\n',
  'The importer skips lines that begin with a hash and keeps the order of the file.\n',
];

function sampleLine(n: number): string {
  return `${n + 1}: ${lines[n % lines.length] ?? ''}`;
}
