import { type Fields, isFields, namedFields, textOf, textsOf } from '../document.ts';
import { type RawResult, type RawServer, shown, splitWords } from '../raw-server.ts';

/** A profile of Docker's MCP toolkit, or a catalog of `docker mcp`. */
export function readDocker(document: Fields): RawResult {
  if (isFields(document['registry'])) return readCatalog(document['registry']);
  const profile = textOf(document['name']) ?? textOf(document['id']);
  const servers = (Array.isArray(document['servers']) ? document['servers'] : [])
    .filter(isFields)
    .map((fields, at) => readMember(fields, at, profile));
  return { servers, problems: servers.length === 0 ? ['It holds no servers.'] : [] };
}

function readMember(fields: Fields, at: number, profile: string | undefined): RawServer {
  const snapshot = isFields(fields['snapshot']) ? fields['snapshot'] : {};
  const described = isFields(snapshot['server']) ? snapshot['server'] : {};
  const image = textOf(fields['image'])?.replace(/^docker:\/\//, '');
  const source = textOf(fields['source']);
  const url = textOf(fields['endpoint']);
  const name = textOf(described['name']) ?? nameOfImage(image) ?? hostOf(url) ?? `server-${at + 1}`;
  const problems: string[] = [];
  if (isFields(fields['config']) && Object.keys(fields['config']).length > 0) {
    const keys = Object.keys(fields['config']).map(shown).join(', ');
    problems.push(`its configuration is to be given here: ${keys}.`);
  }
  if (fields['secrets'] !== undefined) {
    problems.push('its secrets are in Docker’s own store: give them here with --set.');
  }
  return {
    ...empty,
    name,
    image: url === undefined && source === undefined ? image : undefined,
    url: url ?? (source === undefined ? undefined : remoteOf(described)),
    entry: source === undefined ? undefined : entryOf(source),
    allowedTools: textsOf(fields['tools']),
    groups: profile === undefined ? [] : [profile],
    problems,
  };
}

function readCatalog(registry: Fields): RawResult {
  const servers = namedFields(registry).map(([name, fields]): RawServer => {
    const remote = isFields(fields['remote']) ? fields['remote'] : {};
    const env = new Map<string, string>();
    for (const each of listOf(fields['env'])) {
      const variable = textOf(each['name']);
      const value = textOf(each['value']);
      if (variable !== undefined && value !== undefined && !value.includes('{{')) {
        env.set(variable, value);
      }
    }
    for (const each of listOf(fields['secrets'])) {
      const variable = textOf(each['env']);
      if (variable !== undefined) env.set(variable, `\${${variable}}`);
    }
    const url = textOf(remote['url']);
    const transport =
      textOf(remote['transport_type'])?.includes('sse') === true ? 'sse' : undefined;
    return {
      ...empty,
      name,
      image: url === undefined ? textOf(fields['image']) : undefined,
      url,
      transport: url === undefined ? undefined : (transport ?? 'streamable-http'),
      env: url === undefined ? env : new Map(),
      args: (textsOf(fields['command']) ?? []).filter((each) => !each.includes('{{')),
    };
  });
  return { servers, problems: servers.length === 0 ? ['It holds no servers.'] : [] };
}

/** A `docker run` command line on its own. */
export function readDockerRun(text: string): RawResult {
  const [command, ...args] = splitWords(text.replaceAll(/\\\r?\n/g, ' ').trim());
  const image = args.toReversed().find((word) => /^[a-z0-9][\w.-]*(?:\/[\w.-]+)+/.test(word));
  const name = nameOfImage(image) ?? 'docker';
  return { servers: [{ ...empty, name, command, args }], problems: [] };
}

const empty: RawServer = {
  name: '',
  args: [],
  env: new Map(),
  headers: new Map(),
  disabled: false,
  problems: [],
};

function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}

function remoteOf(described: Fields): string | undefined {
  return isFields(described['remote']) ? textOf(described['remote']['url']) : undefined;
}

/** `…/servers/<name>/versions/…` of a registry's API. */
function entryOf(source: string): string | undefined {
  const [, encoded] = /\/servers\/([^/?#]+)/.exec(source) ?? [];
  if (encoded === undefined) return undefined;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}

function nameOfImage(image: string | undefined): string | undefined {
  return image
    ?.replace(/[@:][^/]*$/, '')
    .split('/')
    .at(-1);
}

function hostOf(url: string | undefined): string | undefined {
  return url === undefined ? undefined : URL.parse(url)?.hostname;
}
