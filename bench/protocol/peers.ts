/** The processes around the relay: upstreams that answer with so many bytes, and a client. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

import { Pool } from 'undici';

const [role, ...args] = process.argv.slice(2);

const hello =
  '{"protocolVersion":"2025-11-25","capabilities":{},"serverInfo":{"name":"b","version":"1"}}';

function answers(bytes: number): (line: string) => string | undefined {
  const call = JSON.stringify({ content: [{ type: 'text', text: 'x"y'.repeat(bytes / 4) }] });
  return (line) => {
    const id = /"id":(\d+)/.exec(line)?.[1];
    if (id === undefined) return undefined;
    return `{"result":${line.includes('"initialize"') ? hello : call},"jsonrpc":"2.0","id":${id}}`;
  };
}

async function load(port: number, clients: number, count: number): Promise<void> {
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: clients });
  let left = count;
  const one = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const body = `{"method":"tools/call","params":{"name":"echo","arguments":{"message":"hello"}},"jsonrpc":"2.0","id":${left}}`;
      const headers = {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      };
      const answer = await pool.request({ path: '/mcp', method: 'POST', headers, body });
      const text = await answer.body.text();
      if (clients === 1 && !text.endsWith(`"id":${left}}`)) throw new Error('not the answer');
    }
  };
  await Promise.all(Array.from({ length: clients }, one));
  await pool.close();
}

if (role === 'stdio') {
  const answer = answers(Number(args[0]));
  createInterface({ input: process.stdin }).on('line', (line) => {
    const text = answer(line);
    if (text !== undefined) process.stdout.write(`${text}\n`);
  });
} else if (role === 'http') {
  const answer = answers(Number(args[0]));
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const text = request.method === 'POST' ? answer(body) : undefined;
      if (text === undefined) response.writeHead(request.method === 'POST' ? 202 : 405).end();
      else {
        const length = Buffer.byteLength(text);
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': length });
        response.end(text);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  process.send?.(typeof address === 'object' ? address?.port : undefined);
  process.once('disconnect', () => process.exit());
} else if (role === 'load') {
  const [port, clients, count] = args.map(Number);
  await load(port ?? 0, clients ?? 1, count ?? 1);
  process.disconnect?.();
}
