/**
 * A server that others wrote the protocol of, on standard streams: the TypeScript SDK's, of the era
 * that its argument names. Run as a process of its own.
 */
import { McpServer } from '@modelcontextprotocol/server';
import { serveStdio, StdioServerTransport } from '@modelcontextprotocol/server/stdio';

const [era] = process.argv.slice(2);
const subscribed: string[] = [];

function build(): McpServer {
  const server = new McpServer(
    { name: 'notes', version: '1' },
    { capabilities: { resources: { subscribe: true }, tools: {} } },
  );
  for (const name of ['a', 'b']) {
    const uri = `note://${name}`;
    server.registerResource(name, uri, {}, () => ({ contents: [{ uri, text: name }] }));
  }
  server.registerTool('subscribed', {}, () => ({
    content: [{ type: 'text', text: JSON.stringify(subscribed) }],
  }));
  for (const [tool, uri] of [
    ['touch-a', 'note://a'],
    ['touch-part', 'note://a/part'],
    ['touch-b', 'note://b'],
  ] as const) {
    server.registerTool(tool, {}, async () => {
      await server.server.sendResourceUpdated({ uri });
      return { content: [] };
    });
  }
  if (era === 'legacy') {
    server.server.setRequestHandler('resources/subscribe', ({ params }) => {
      subscribed.push(`+${params.uri}`);
      return {};
    });
    server.server.setRequestHandler('resources/unsubscribe', ({ params }) => {
      subscribed.push(`-${params.uri}`);
      return {};
    });
  }
  return server;
}

if (era === 'legacy') await build().connect(new StdioServerTransport());
else serveStdio(build, { legacy: 'reject' });
