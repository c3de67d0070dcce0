import { isAppError } from '@plugboard/contracts';
import { type OutboundFetch, openOutboundFetch } from '@plugboard/runtime';

import { type Probe, findService } from '../formats/known-services.ts';
import type { CredentialFields } from '../vault.ts';

export interface Verdict {
  /** `unknown`: the service could not be asked, or did not say. */
  readonly outcome: 'accepted' | 'refused' | 'unknown';
  /** For a person; quotes no secret and nothing that the service says but an account's name. */
  readonly message: string;
}

const timeoutMs = 15_000;
const mostRead = 64 * 1024;

export interface AskOptions {
  readonly signal: AbortSignal;
  /** Opens what asks; another in tests. */
  readonly open?: () => Promise<OutboundFetch>;
}

/**
 * Asks a service whether it accepts a key, with a request that only reads. Private addresses are
 * never asked, whatever the credential's URL resolves to, and no redirect is followed. Never rejects
 * for what the service does.
 */
export async function askService(
  provider: string | undefined,
  fields: CredentialFields,
  { signal, open = () => openOutboundFetch(false) }: AskOptions,
): Promise<Verdict> {
  const service = provider === undefined ? undefined : findService(provider);
  const probe = service?.probe;
  if (!service || !probe) {
    return unknown(
      provider === undefined
        ? 'It is not known of which service it is. Say so with its provider, and it can be tested.'
        : `Plugboard does not know how to ask ${service?.title ?? provider}. It shows at the first call.`,
    );
  }
  const target = targetOf(probe, fields);
  if (target === undefined)
    return unknown(`${service.title} cannot be asked at an address of its own.`);
  try {
    await using outbound = await open();
    const response = await outbound.fetch(target, {
      headers: headersOf(probe, fields),
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    const { status } = response;
    if (status >= 200 && status < 300) {
      const account = probe.account && (await readAccount(response.body, probe.account));
      return {
        outcome: 'accepted',
        message: account
          ? `${service.title} accepts it, as ${account}.`
          : `${service.title} accepts it.`,
      };
    }
    if (status === 401 || status === 403) {
      return { outcome: 'refused', message: `${service.title} refuses it (HTTP ${status}).` };
    }
    return unknown(`${service.title} answered with HTTP ${status}, which does not tell.`);
  } catch (error) {
    if (signal.aborted) throw error;
    return unknown(`${service.title} could not be asked: ${reasonOf(error)}`);
  }
}

function targetOf(probe: Probe, { url }: CredentialFields): string | undefined {
  if (!url) return probe.url;
  if (probe.path === undefined) return undefined;
  const base = url.reveal().replace(/\/+$/, '');
  return `${base}${probe.path}`;
}

function headersOf(probe: Probe, { key }: CredentialFields): Record<string, string> {
  return Object.fromEntries(
    Object.entries(probe.headers).map(([name, value]) => [
      name,
      value.replaceAll('{key}', () => key?.reveal() ?? ''),
    ]),
  );
}

/** What may be shown of an account's name. */
const accountForm = /^[\p{L}\p{N} ._@+-]{1,80}$/u;

async function readAccount(
  body: AsyncIterable<Uint8Array> | null,
  member: string,
): Promise<string | undefined> {
  if (!body) return undefined;
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > mostRead) return undefined;
    chunks.push(chunk);
  }
  try {
    const answer: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    const name =
      typeof answer === 'object' && answer !== null
        ? new Map<string, unknown>(Object.entries(answer)).get(member)
        : undefined;
    return typeof name === 'string' && accountForm.test(name) ? name : undefined;
  } catch {
    return undefined;
  }
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (isAppError(cause)) return cause.message;
  if (isAppError(error)) return error.message;
  return error instanceof Error && error.name === 'TimeoutError'
    ? 'it did not answer in time.'
    : 'it could not be reached.';
}

function unknown(message: string): Verdict {
  return { outcome: 'unknown', message };
}
