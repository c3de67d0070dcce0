/**
 * What reading one message costs, beside JSON.parse of the same bytes. Run with `node bench/protocol/scan.ts`.
 */
import { parseParams, readEnvelope } from '@plugboard/protocol';

const prose = 'The quick brown fox jumps over the lazy dog, and 3.5 others.\n';

function rows(bytes: number): unknown[] {
  const all: unknown[] = [];
  for (let size = 0; size < bytes; size += 62) {
    all.push({
      id: all.length,
      name: `item ${all.length}`,
      tags: ['a', 'b'],
      ok: true,
      price: 12.5,
    });
  }
  return all;
}

/** Results of about so many bytes, in the shapes that tools give. */
const shapes: Readonly<Record<string, (bytes: number) => unknown>> = {
  text: (bytes) => ({ content: [{ type: 'text', text: prose.repeat(bytes / prose.length) }] }),
  'JSON in a string': (bytes) => ({
    content: [{ type: 'text', text: JSON.stringify(rows(bytes * 0.8)) }],
  }),
  structured: (bytes) => ({ content: [], structuredContent: { rows: rows(bytes) } }),
};

/** Microseconds of the fastest of several rounds, since other work on the machine only ever adds. */
function measure(run: () => unknown): number {
  const rounds = Array.from({ length: 20 }, () => {
    const times = 500;
    const start = performance.now();
    for (let i = 0; i < times; i += 1) run();
    return ((performance.now() - start) / times) * 1000;
  });
  return Math.min(...rounds);
}

function print(name: string, bytes: Buffer, ours: number, parse: number): void {
  console.log(
    `${name.padEnd(26)} ${String(bytes.length).padStart(6)} B  ${ours.toFixed(2).padStart(7)} µs  JSON.parse ${parse.toFixed(2).padStart(7)} µs  ×${(parse / ours).toFixed(1)}`,
  );
}

for (const bytes of [2_000, 50_000]) {
  for (const [name, shape] of Object.entries(shapes)) {
    const message = Buffer.from(JSON.stringify({ result: shape(bytes), jsonrpc: '2.0', id: 123 }));
    const ours = measure(() => readEnvelope(message));
    print(
      name,
      message,
      ours,
      measure(() => JSON.parse(message.toString())),
    );
  }
}

const request = Buffer.from(
  '{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"everything__echo","arguments":{"message":"hello"},"_meta":{"progressToken":3}}}',
);
const parsed = measure(() => JSON.parse(request.toString()));
print(
  'request',
  request,
  measure(() => readEnvelope(request)),
  parsed,
);
print(
  'request and its params',
  request,
  measure(() => parseParams(readEnvelope(request))),
  parsed,
);
