import type { PlanInstanceInput } from '@plugboard/contracts/api';
import { useCallback, useState } from 'react';

/** What was chosen so far of an installation, without any secret: it outlives a reload. */
export interface Draft {
  readonly slug?: string | undefined;
  readonly toolbox?: string | undefined;
  readonly preset?: string | undefined;
  readonly approveScripts?: boolean;
  readonly allowPrivateNetwork?: boolean;
  readonly values: Readonly<Record<string, unknown>>;
  /** `NAME=value`, a line each; for servers of which nobody says what they take. */
  readonly env: string;
  /** A line each. */
  readonly args: string;
  /** Ids of credentials of the vault, by slot. */
  readonly credentials: Readonly<Record<string, string>>;
}

/** Secrets that were typed, by slot. They stay in this page's memory alone. */
export type Secrets = Readonly<Record<string, string>>;

const keyOf = (server: string) => `plugboard-install:${server}`;

/** The draft of a server's installation, kept for this tab while it lives. */
export function useDraft(server: string, start: Partial<Draft>) {
  const [draft, setDraft] = useState<Draft>(() => readDraft(server, start));
  const change = useCallback(
    (part: Partial<Draft>) =>
      setDraft((before) => {
        const next = { ...before, ...part };
        // What is no JSON yet (`UnreadJson`) is left out by itself.
        sessionStorage.setItem(keyOf(server), JSON.stringify(next));
        return next;
      }),
    [server],
  );
  return { draft, change };
}

/** Nothing is kept of what was installed, or given up. */
export function forgetDraft(server: string): void {
  sessionStorage.removeItem(keyOf(server));
}

function readDraft(server: string, start: Partial<Draft>): Draft {
  const empty: Draft = { values: {}, env: '', args: '', credentials: {}, ...start };
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(keyOf(server)) ?? 'null');
    if (typeof kept !== 'object' || kept === null) return empty;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by this file, in this tab
    return { ...empty, ...(kept as Partial<Draft>) };
  } catch {
    return empty;
  }
}

/** What is to be planned or added. */
export function inputOf(server: string, draft: Draft, secrets: Secrets = {}): PlanInstanceInput {
  const env = linesOf(draft.env).flatMap((line) => {
    const at = line.indexOf('=');
    return at > 0 ? [[line.slice(0, at).trim(), line.slice(at + 1)] as const] : [];
  });
  const args = linesOf(draft.args);
  const given = Object.entries(secrets).filter(
    ([key, value]) => value !== '' && draft.credentials[key] === undefined,
  );
  return {
    server,
    ...(draft.slug !== undefined && draft.slug !== '' && { slug: draft.slug }),
    ...(draft.toolbox !== undefined && { toolbox: draft.toolbox }),
    ...(draft.preset !== undefined && { preset: draft.preset }),
    ...(draft.approveScripts === true && { approveScripts: true }),
    ...(draft.allowPrivateNetwork === true && { allowPrivateNetwork: true }),
    ...(Object.keys(draft.values).length > 0 && {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the server checks them
      values: draft.values as NonNullable<PlanInstanceInput['values']>,
    }),
    ...(env.length > 0 && { env: Object.fromEntries(env) }),
    ...(args.length > 0 && { args }),
    ...(Object.keys(draft.credentials).length > 0 && { credentials: draft.credentials }),
    ...(given.length > 0 && { secrets: Object.fromEntries(given) }),
  };
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}
