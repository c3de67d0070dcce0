import type { ImportFormat } from '@plugboard/contracts';

/**
 * Whether a value is a secret: `unsure` looks like one and is treated as one. What the server's own
 * entry says of a value outranks this.
 */
export type Secrecy = 'secret' | 'unsure' | 'plain';

/** A value that only the client's machine or a person knows. */
export interface Reference {
  /** A variable of the client's environment, something a client asks for, or a place of its machine. */
  readonly kind: 'env' | 'input' | 'place';
  readonly name: string;
  readonly secret: boolean;
  readonly description?: string;
}

/** A value of a configuration. It may be a secret: it must not be printed, logged or stored in clear. */
export interface ImportedValue {
  /** With references as they stand there as long as any is missing. */
  readonly text: string;
  readonly secrecy: Secrecy;
  /** References in it that nothing was given for. */
  readonly missing: readonly Reference[];
}

/** How a server is run. */
export type ImportedRun =
  | {
      readonly kind: 'package';
      readonly registry: 'npm' | 'pypi';
      readonly name: string;
      /** As it was written: exact, a range or a tag; undefined for the latest. */
      readonly version: string | undefined;
      /** Which of its commands, when one was named. */
      readonly command: string | undefined;
    }
  | { readonly kind: 'image'; readonly image: string }
  | {
      readonly kind: 'remote';
      readonly url: ImportedValue;
      readonly transport: 'streamable-http' | 'sse' | undefined;
    }
  /** An entry of a catalog, by name alone. */
  | { readonly kind: 'entry'; readonly name: string }
  /** Something else, which is not run: why. */
  | { readonly kind: 'command'; readonly why: string };

/** One server of a configuration, without the client's peculiarities. Nothing of it was run. */
export interface ImportedServer {
  /** As the client calls it; any text. */
  readonly name: string;
  /** Where in the file it stood, when it is not for all of the client's work: a project's folder. */
  readonly scope: string | undefined;
  readonly run: ImportedRun;
  /** The server's own arguments. */
  readonly args: readonly ImportedValue[];
  readonly env: ReadonlyMap<string, ImportedValue>;
  readonly headers: ReadonlyMap<string, ImportedValue>;
  readonly disabled: boolean;
  readonly allowedTools: readonly string[] | undefined;
  readonly disabledTools: readonly string[];
  /** Groups, namespaces or profiles that it was in. */
  readonly groups: readonly string[];
  /** What was not understood or cannot be carried over. Never with a value in it. */
  readonly problems: readonly string[];
}

export interface ImportResult {
  readonly format: ImportFormat;
  readonly servers: readonly ImportedServer[];
  /** Of the file as a whole. */
  readonly problems: readonly string[];
}
