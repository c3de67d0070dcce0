import type { CommandReading } from './how-it-runs.ts';

/** Options of `mcp-remote` that take a value. */
const withValue = new Set([
  '--header',
  '--transport',
  '--host',
  '--static-oauth-client-metadata',
  '--static-oauth-client-info',
  '--resource',
  '--ignore-tool',
  '--auth-timeout',
]);

/**
 * Reads the packages that only carry a remote server to a client that knows no HTTP: what they reach
 * is the server. Undefined for any other package.
 */
export function readRemoteBridge(
  name: string,
  args: readonly string[],
  env: ReadonlyMap<string, string>,
): CommandReading | undefined {
  if (name === 'supergateway') return readSuperGateway(args, env);
  if (name !== 'mcp-remote') return undefined;
  const headers = new Map<string, string>();
  const problems: string[] = [];
  let url: string | undefined;
  let transport: 'streamable-http' | 'sse' | undefined;
  for (let at = 0; at < args.length; at += 1) {
    const argument = args[at] ?? '';
    const value = withValue.has(argument) ? (args[(at += 1)] ?? '') : '';
    if (argument === '--header') addHeader(headers, value, env);
    else if (argument === '--transport') {
      if (value.startsWith('sse')) transport = 'sse';
      if (value.startsWith('http')) transport = 'streamable-http';
    } else if (argument.startsWith('--static-oauth')) {
      problems.push('its OAuth settings are not carried over: connect it here.');
    } else if (argument === '--ignore-tool') {
      problems.push('tools that it left out are not carried over: grant those that are wanted.');
    } else if (!argument.startsWith('-')) url ??= argument;
  }
  return reading(url, transport, headers, problems);
}

function readSuperGateway(
  args: readonly string[],
  env: ReadonlyMap<string, string>,
): CommandReading | undefined {
  const headers = new Map<string, string>();
  let url: string | undefined;
  let transport: 'streamable-http' | 'sse' | undefined;
  for (let at = 0; at < args.length; at += 1) {
    const argument = args[at] ?? '';
    const value = args[at + 1] ?? '';
    if (argument === '--sse' || argument === '--streamableHttp') {
      url = value;
      transport = argument === '--sse' ? 'sse' : 'streamable-http';
    } else if (argument === '--header') addHeader(headers, value, env);
    else if (argument === '--oauth2Bearer') headers.set('Authorization', `Bearer ${value}`);
  }
  return url === undefined ? undefined : reading(url, transport, headers, []);
}

function reading(
  url: string | undefined,
  transport: 'streamable-http' | 'sse' | undefined,
  headers: ReadonlyMap<string, string>,
  problems: readonly string[],
): CommandReading {
  const run =
    url === undefined
      ? ({ kind: 'command', why: 'it names no address to connect to' } as const)
      : ({ kind: 'remote', url, transport } as const);
  return { run, args: [], env: new Map(), headers, problems };
}

/** `Name: value`, whose value may be a variable that the client sets beside it. */
function addHeader(
  headers: Map<string, string>,
  text: string,
  env: ReadonlyMap<string, string>,
): void {
  const at = text.indexOf(':');
  if (at < 1) return;
  const value = text
    .slice(at + 1)
    .trim()
    .replaceAll(/\$\{([A-Za-z_]\w*)\}/g, (whole, name: string) => env.get(name) ?? whole);
  headers.set(text.slice(0, at).trim(), value);
}
