/** Where a client is to connect, and as whom. */
export interface Endpoint {
  readonly url: string;
  readonly token: string;
}

/** What the places of configuration files depend on. */
export interface Places {
  readonly home: string;
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The launcher, for clients that start a bridge. */
  readonly plugboard: string;
}

/** How one MCP client is told of a server. */
export interface Client {
  readonly id: string;
  readonly title: string;
  /** Its configuration file. */
  readonly file: (places: Places) => string;
  readonly format: 'json' | 'toml';
  /** The key of the object that holds servers by name. */
  readonly section: string;
  /** What it holds for Plugboard. */
  readonly entry: (endpoint: Endpoint, places: Places) => Readonly<Record<string, unknown>>;
  /** A command of the client's own that does the same. */
  readonly command?: (name: string, endpoint: Endpoint) => string;
  /** What to do after the file changed. */
  readonly afterwards: string;
}
