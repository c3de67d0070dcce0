// An MCP server over stdio: newline-delimited JSON, every answer of one read written at once.
// Usage: node stdio.ts [number of tools, 3 unless told]

import { createAnswerer } from './rpc.ts';

const answer = createAnswerer(Number(process.argv[2] ?? 3), '\n');
let rest: Buffer = Buffer.alloc(0);

process.stdin.on('data', (chunk: Buffer) => {
  const input = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
  const answers: Buffer[] = [];
  let start = 0;
  for (let end = input.indexOf(10); end >= 0; end = input.indexOf(10, start)) {
    const { body } = answer(input.toString('utf8', start, end));
    if (body) answers.push(body);
    start = end + 1;
  }
  rest = input.subarray(start);
  const [only] = answers;
  if (only) process.stdout.write(answers.length === 1 ? only : Buffer.concat(answers));
});
process.stdin.on('end', () => process.exit());
