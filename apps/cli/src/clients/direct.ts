import type { ExportedServer } from '@plugboard/contracts/api';

/** An entry with which a client runs a server by itself, and what a person has to do besides. */
export interface DirectEntry {
  readonly entry: Readonly<Record<string, unknown>>;
  /** What the client will ask for (VS Code's `inputs`). */
  readonly inputs: readonly Readonly<Record<string, unknown>>[];
  readonly notes: readonly string[];
}

/** How one client is told of a server without Plugboard. */
interface DirectDialect {
  /** What stands for a secret; undefined where the client knows no such thing. */
  readonly secret?: (name: string, slug: string) => string;
  readonly stdio: (run: { command: string; args: string[]; env: Record<string, string> }) => object;
  /** Undefined where the client knows no HTTP. */
  readonly remote?: (url: string, headers: Record<string, string>, sse: boolean) => object;
  /** Whether it asks for secrets itself. */
  readonly asks?: boolean;
}

const plain: Pick<DirectDialect, 'stdio'> = {
  stdio: ({ command, args, env }) => ({
    command,
    args,
    ...(Object.keys(env).length > 0 && { env }),
  }),
};
const fromEnvironment = (name: string): string => `\${env:${name}}`;

const dialects: Readonly<Record<string, DirectDialect>> = {
  'claude-desktop': plain,
  'claude-code': {
    secret: (name) => `\${${name}}`,
    stdio: (run) => ({ type: 'stdio', ...run }),
    remote: (url, headers, sse) => ({ type: sse ? 'sse' : 'http', url, headers }),
  },
  cursor: { ...plain, secret: fromEnvironment, remote: (url, headers) => ({ url, headers }) },
  vscode: {
    secret: (name, slug) => `\${input:${inputId(slug, name)}}`,
    stdio: (run) => ({ type: 'stdio', ...run }),
    remote: (url, headers, sse) => ({ type: sse ? 'sse' : 'http', url, headers }),
    asks: true,
  },
  codex: {
    // A secret that has its variable's own name is passed on; see `codexSecrets`.
    secret: (name) => `\${${name}}`,
    ...plain,
    remote: (url, headers) => ({ url, http_headers: headers }),
  },
  gemini: {
    ...plain,
    secret: (name) => `\${${name}}`,
    remote: (url, headers, sse) => (sse ? { url, headers } : { httpUrl: url, headers }),
  },
  windsurf: {
    ...plain,
    secret: fromEnvironment,
    remote: (url, headers) => ({ serverUrl: url, headers }),
  },
  zed: { ...plain, remote: (url, headers) => ({ url, headers }) },
  opencode: {
    secret: (name) => `{env:${name}}`,
    stdio: ({ command, args, env }) => ({
      type: 'local',
      command: [command, ...args],
      environment: env,
      enabled: true,
    }),
    remote: (url, headers) => ({ type: 'remote', url, headers, enabled: true }),
  },
};

/**
 * The entry with which a client runs a server without Plugboard; undefined for a server that it
 * cannot be told to run. Secrets are placeholders in the client's own form, so that nobody depends
 * on Plugboard and nothing secret leaves it.
 */
export function directEntry(
  clientId: string,
  server: ExportedServer,
  home: string,
): DirectEntry | undefined {
  const dialect = dialects[clientId];
  const { run, slug, secretNames } = server;
  if (!dialect || run.kind === 'other') return undefined;
  const notes: string[] = [];
  const variable = (name: string) =>
    run.kind === 'remote' ? environmentName(`${slug}_${name}`) : name;
  const placeholder = (name: string) =>
    dialect.secret?.(variable(name), slug) ?? `<${variable(name)}>`;
  if (secretNames.length > 0) notes.push(secretNote(dialect, secretNames.map(variable)));
  const secrets = Object.fromEntries(secretNames.map((name) => [name, placeholder(name)]));
  const inputs =
    dialect.asks === true
      ? secretNames.map((name) => ({
          type: 'promptString',
          id: inputId(slug, variable(name)),
          description: `${name} of ${slug}`,
          password: true,
        }))
      : [];
  if (run.kind === 'remote') {
    const headers = { ...run.headers, ...secrets };
    const entry =
      dialect.remote?.(run.url, headers, run.transport === 'sse') ?? bridged(run.url, headers);
    return { entry: codexSecrets(clientId, entry, secretNames, variable), inputs, notes };
  }
  const folder = `${home}/mcp/${slug}`;
  const fill = (text: string) => text.replaceAll('{workDir}', () => folder);
  if ([...run.args, ...Object.values(run.env)].some((text) => text.includes('{workDir}'))) {
    notes.push(`Make its folder: mkdir -p ${folder}`);
  }
  const packages = run.command === undefined ? [run.spec] : [`--package=${run.spec}`, run.command];
  const env = Object.fromEntries(Object.entries(run.env).map(([name, text]) => [name, fill(text)]));
  const entry = dialect.stdio({
    command: 'npx',
    args: ['-y', ...packages, ...run.args.map(fill)],
    env: { ...env, ...secrets },
  });
  return { entry: codexSecrets(clientId, entry, secretNames, variable), inputs, notes };
}

function secretNote({ secret, asks }: DirectDialect, names: readonly string[]): string {
  const list = names.join(', ');
  if (asks === true) return `It will ask for ${list}.`;
  return secret
    ? `Set ${list} in the environment of the client.`
    : `Put the values in by hand where it says ${names.map((name) => `<${name}>`).join(', ')}.`;
}

/** A package that carries HTTP to a client that starts programs alone. */
function bridged(url: string, headers: Readonly<Record<string, string>>): object {
  const pairs = Object.entries(headers);
  const env = Object.fromEntries(pairs.map(([name, value]) => [environmentName(name), value]));
  const args = pairs.flatMap(([name]) => ['--header', `${name}:\${${environmentName(name)}}`]);
  return { command: 'npx', args: ['-y', 'mcp-remote', url, ...args], env };
}

/** Codex reads no references: it names the variables that it passes on, and those of headers. */
function codexSecrets(
  clientId: string,
  entry: object,
  names: readonly string[],
  variable: (name: string) => string,
): Readonly<Record<string, unknown>> {
  const fields: Record<string, unknown> = { ...entry };
  if (clientId !== 'codex' || names.length === 0) return fields;
  const without = (value: unknown) =>
    Object.fromEntries(Object.entries(value ?? {}).filter(([name]) => !names.includes(name)));
  if ('url' in fields) {
    fields['http_headers'] = without(fields['http_headers']);
    fields['env_http_headers'] = Object.fromEntries(names.map((name) => [name, variable(name)]));
  } else {
    fields['env'] = without(fields['env']);
    fields['env_vars'] = names.map(variable);
  }
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([, value]) => typeof value !== 'object' || value === null || Object.keys(value).length > 0,
    ),
  );
}

function environmentName(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9]+/g, '_').toUpperCase();
}

function inputId(slug: string, name: string): string {
  const plainName = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  return plainName.startsWith(`${slug}-`) ? plainName : `${slug}-${plainName}`;
}
