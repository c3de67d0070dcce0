/** Where a client is to connect, and as whom. */
export interface Endpoint {
  readonly url: string;
  /** The agent's; without one the client signs in by OAuth. */
  readonly token?: string | undefined;
}

/** What the places of configuration files depend on. */
export interface Places {
  /** The person's own folder; `~` where it is not known. */
  readonly home: string;
  /** As Node names it: `darwin`, `win32`, `linux`. */
  readonly platform: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The launcher on the client's machine, for clients that start a bridge; another one when absent. */
  readonly plugboard?: string | undefined;
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
  /** A link that opens the client and has it ask whether to add Plugboard. Never holds a token. */
  readonly link?: (name: string, url: string) => string;
  /** What to do after the file changed. */
  readonly afterwards: string;
  /** What to do then to sign in, for an entry without a token. */
  readonly signIn: string;
}
