// An MCP server that does whatever it is asked to: `run` evaluates code and answers with its value.
import { createInterface } from 'node:readline';

const answer = (id, result) =>
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, result })}\n`);

async function run(code) {
  try {
    const AsyncFunction = (async () => undefined).constructor;
    return { value: (await new AsyncFunction(code)()) ?? null };
  } catch (error) {
    return { error: error.code ?? error.cause?.code ?? String(error) };
  }
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (method === 'initialize') {
    answer(id, {
      protocolVersion: '2025-11-25',
      capabilities: {},
      serverInfo: { name: 'hostile', version: '1' },
    });
  } else if (method === 'run') {
    void run(params.code).then((result) => answer(id, result));
  } else if (method === 'server/discover') answer(id, null);
});
