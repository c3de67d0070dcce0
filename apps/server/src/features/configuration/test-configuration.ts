import { configurationFacts } from '@plugboard/catalog';
import { isAppError, newId } from '@plugboard/contracts';
import type { ConfigurationChange, ConfigurationTestEvent } from '@plugboard/contracts/api';
import { sharedCredentials } from '@plugboard/gateway';
import { textOf } from '@plugboard/protocol';
import { createRedactor } from '@plugboard/runtime';
import { z } from 'zod';

import type { AppServices } from '../../app/services.ts';
import type { Candidate } from '../instances/candidate.ts';
import type { PresentInstance } from '../instances/revisions/present-instance.ts';
import type { Tell } from '../instances/tell.ts';
import { withTenant } from '../../store/tenant.ts';
import type { Author } from '../change.ts';
import { refuseChanged } from '../credentials/bindings/changed-destination.ts';
import { listingSetOf } from '../credentials/bindings/listing-set.ts';
import { selectBoundSlots } from '../credentials/bindings/open-bindings.ts';
import { tryCandidate } from '../instances/trial/try-candidate.ts';
import { refuseProblems } from './configure-launch.ts';
import { planChange } from './plan-change.ts';

type TestServices = Pick<
  AppServices,
  'audit' | 'clock' | 'db' | 'keyring' | 'logs' | 'pending' | 'server' | 'supervisor'
>;
type Outcome = Extract<ConfigurationTestEvent, { type: 'done' }>;
type CredentialOutcome = Outcome['credentials'][number];

const callTimeoutMs = 30_000;
const maxMessage = 500;

/**
 * Starts an instance with a change of its configuration, beside itself under another id and with a
 * work folder of its own; lists it, calls what shows that a credential is right where that is known,
 * and puts all of it away. Nothing is kept. Rejects as `planChange` and `tryCandidate` do.
 */
export async function testConfiguration(
  services: TestServices,
  present: PresentInstance,
  change: ConfigurationChange,
  {
    author,
    tell,
    signal,
  }: { readonly author: Author; readonly tell: Tell; readonly signal: AbortSignal },
): Promise<Omit<Outcome, 'type'>> {
  const planned = await planChange(services, present, { change, by: author.memberId });
  refuseProblems(planned.problems);
  const { candidate } = planned.after;
  const { organization_id: organizationId } = present.row;
  const id = newId();
  const credentialSet = await listingSetOf(services, author, present.row);
  // As an instance that is changed is tried: never with the account of anybody but the author.
  const { row } = present;
  const bindings = await withTenant(services.db, organizationId, async (db) => {
    const slots = await selectBoundSlots(db, row.id, credentialSet);
    await refuseChanged(db, row, credentialSet, slots, services.server.dataDir);
    return slots;
  });
  const options = { id, keep: false, bindings, of: row.id, signal, tell };
  return tryCandidate(services, organizationId, candidate, options, async ({ offerings }) => {
    const tools = offerings.flatMap(({ kind, name }) => (kind === 'tool' ? [name] : []));
    const credentials: CredentialOutcome[] = [];
    for (const test of testsOf(candidate)) {
      tell('list', `Trying ${test.key} with the tool ${test.tool}`);
      credentials.push(await callTest(services, organizationId, id, candidate, test, signal));
    }
    return { ok: credentials.every(({ ok }) => ok), tools, credentials };
  });
}

interface CredentialTest {
  readonly key: string;
  readonly tool: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** Of the credentials that are there, those that a call is known for. */
function testsOf({ entry, secrets, settings, launch }: Candidate): readonly CredentialTest[] {
  const credentials = (entry && configurationFacts(entry)?.credentials) ?? [];
  const there = new Set([
    ...Object.keys(secrets),
    ...Object.keys(settings.values ?? {}),
    ...Object.keys(launch.driver === 'process' ? launch.env : launch.headers),
  ]);
  return credentials.flatMap(({ key, test }) =>
    key !== undefined && test && there.has(key) ? [{ key, ...test }] : [],
  );
}

async function callTest(
  { supervisor }: TestServices,
  organizationId: string,
  id: string,
  { secrets }: Candidate,
  { key, tool, arguments: given }: CredentialTest,
  signal: AbortSignal,
): Promise<CredentialOutcome> {
  const redact = createRedactor(Object.values(secrets));
  const failed = (text: string): CredentialOutcome => {
    const message = redact(text).slice(0, maxMessage);
    return { key, tool, ok: false, message };
  };
  try {
    const upstream = await supervisor.acquire(organizationId, id, sharedCredentials);
    const answer = await upstream.request({
      method: 'tools/call',
      params: Buffer.from(JSON.stringify({ name: tool, arguments: given })),
      signal,
      timeoutMs: callTimeoutMs,
    });
    const part = answer.error ?? answer.result;
    const body: unknown = part && JSON.parse(textOf(answer.bytes, part).toString());
    if (answer.error) return failed(errorSchema.safeParse(body).data?.message ?? 'It failed.');
    if (answer.isError) return failed(contentText(body));
    return { key, tool, ok: true };
  } catch (error) {
    if (signal.aborted || !isAppError(error)) throw error;
    return failed(error.message);
  }
}

const errorSchema = z.object({ message: z.string() });
const contentSchema = z.object({
  content: z.array(z.looseObject({ text: z.string().optional() })),
});

function contentText(body: unknown): string {
  const texts = contentSchema.safeParse(body).data?.content.flatMap(({ text }) => text ?? []) ?? [];
  return texts.length > 0 ? texts.join('\n') : 'It failed without saying why.';
}
