import type { ApiClient } from '@plugboard/contracts/api';
import type { Command } from 'commander';

import { createClient } from './api/create-client.ts';
import { type AddressOptions, findServer, type ServerAddress } from './api/server-address.ts';
import { createStyle, type Style } from './output/style.ts';
import type { Terminal } from './terminal.ts';

interface GlobalOptions extends AddressOptions {
  readonly json?: boolean;
}

/** What every command works with: the terminal, the server, and one way to answer. */
export interface Session {
  readonly terminal: Terminal;
  readonly style: Style;
  readonly json: boolean;
  readonly address: AddressOptions;
  server(): Promise<ServerAddress>;
  api(): Promise<ApiClient>;
  /** Prints the answer of a command: `value` with --json, else the text made for people. */
  show(value: unknown, present: () => string): Promise<void>;
  /** Prints one of many: a line of JSON with --json. */
  showLine(value: unknown, present: () => string): Promise<void>;
  /** Tells people something beside the answer, on stderr; silent with --json. */
  note(text: string): void;
}

/** Made before options are read; they are looked up when a command asks. */
export function createSession(program: Command, terminal: Terminal): Session {
  const options = (): GlobalOptions => program.opts<GlobalOptions>();
  const session: Session = {
    terminal,
    style: createStyle(terminal.colors),
    get json() {
      return options().json === true;
    },
    get address() {
      const { url, key, dataDir } = options();
      return { url, key, dataDir };
    },
    server: () => findServer(options(), terminal),
    api: async () => createClient(await session.server()),
    show: (value, present) =>
      terminal.out(session.json ? `${JSON.stringify(value, null, 2)}\n` : present()),
    showLine: (value, present) =>
      terminal.out(session.json ? `${JSON.stringify(value)}\n` : present()),
    note: (text) => {
      if (!session.json) terminal.err(text);
    },
  };
  return session;
}
