import { findMember, isRecord } from '@plugboard/protocol';

/** What a legacy client said of itself in `initialize`. */
export interface ClientFacts {
  readonly capabilities: Readonly<Record<string, unknown>>;
  /** Raw JSON text of its `clientInfo`. */
  readonly info: string | undefined;
  /** Whether there is anything that a server may ask it. */
  readonly canBeAsked: boolean;
}

/** Reads stored `initialize` params, which were checked when they came. */
export function readClientFacts(params: string): ClientFacts {
  if (params === '') return { capabilities: {}, info: undefined, canBeAsked: false };
  const bytes = Buffer.from(params);
  const text = (key: string): string | undefined => {
    const range = findMember(bytes, { start: 0, end: bytes.length }, key);
    return range && bytes.toString('utf8', range.start, range.end);
  };
  const declared: unknown = JSON.parse(text('capabilities') ?? '{}');
  const capabilities = isRecord(declared) ? declared : {};
  const canBeAsked = ['sampling', 'elicitation', 'roots'].some((name) =>
    isRecord(capabilities[name]),
  );
  return { capabilities, info: text('clientInfo'), canBeAsked };
}
