import { AppError, newId } from '@plugboard/contracts';

import type { TenantDb } from '../../tenant-db.ts';
import { insertAgent } from '../../agents/queries.ts';
import { type ChangeServices, commitChange } from '../../change.ts';
import { insertGrant } from '../../grants/queries.ts';
import type { Membership } from '../../people/people.ts';
import { lifetimes } from '../lifetimes.ts';
import type { AgentChoice, ConsentChoices } from './choices.ts';
import { lowerLevel } from './choices.ts';
import type { ConsentAnswer } from './read-answer.ts';
import type { ConsentRequest } from './read-request.ts';

type Permission = Extract<ConsentAnswer, { decision: 'allow' }>;

/**
 * Makes the row that the client's tokens will stand for, with a new agent and its grants where one was
 * asked for. An agent that exists is granted nothing: the client is held to those of the toolboxes
 * that it may use. Throws `AppError('forbidden')` for what is not among the member's choices, in the
 * words that it would say of what does not exist.
 */
export async function permitClient(
  services: ChangeServices,
  membership: Membership,
  request: ConsentRequest,
  choices: ConsentChoices,
  answer: Permission,
): Promise<string> {
  const { organizationId, memberId } = membership;
  const toolboxes = answer.toolboxIds.map((id) => {
    const found = choices.toolboxes.find((each) => each.id === id);
    if (!found) throw notAmong('toolbox');
    return found;
  });
  const tokenId = newId();
  return commitChange(services, membership, async (db) => {
    const isNew = 'name' in answer.agent;
    const agent = await agentOf(db, membership, choices, answer);
    const granted = isNew
      ? toolboxes.map(({ id, slug, highest }) => ({
          id,
          slug,
          level: lowerLevel(answer.level, highest),
        }))
      : [];
    for (const { id, level } of granted) {
      await insertGrant(db, {
        id: newId(),
        organizationId,
        agentId: agent.id,
        effect: 'allow',
        level,
        toolboxId: id,
        instanceId: null,
        offering: null,
        expiresAt: null,
      });
    }
    await db
      .insertInto('agent_tokens')
      .values({
        id: tokenId,
        organization_id: organizationId,
        agent_id: agent.id,
        name: request.clientName ?? request.clientHost ?? 'OAuth client',
        kind: 'oauth',
        hint: '',
        client_id: request.clientId,
        client_name: request.clientName ?? null,
        member_id: memberId,
        resources: [...request.resources],
        // A new agent is this client's, so what it is granted later is meant for it too.
        toolbox_ids: isNew ? null : [...answer.toolboxIds],
        // Until the client fetches its tokens; then for as long as they last.
        expires_at: new Date(services.clock() + lifetimes.interaction * 1000),
      })
      .execute();
    return {
      result: tokenId,
      record: {
        kind: 'authorization.granted',
        agentId: agent.id,
        change: {
          id: tokenId,
          agent: agent.slug,
          isNewAgent: isNew,
          clientId: request.clientId,
          clientName: request.clientName,
          resources: request.resources,
          toolboxes: toolboxes.map(({ slug }) => slug),
          ...(isNew && { grants: granted.map(({ slug, level }) => ({ toolbox: slug, level })) }),
        },
      },
      events: [{ kind: 'access', organizationId, agentId: agent.id }],
    };
  });
}

async function agentOf(
  db: TenantDb,
  { organizationId, memberId }: Membership,
  choices: ConsentChoices,
  { agent }: Permission,
): Promise<AgentChoice> {
  if ('id' in agent) {
    const found = choices.agents.find(({ id }) => id === agent.id);
    if (!found) throw notAmong('agent');
    return found;
  }
  const { name } = agent;
  const slug = slugOf(name);
  for (let count = 1; count <= 99; count += 1) {
    const suffix = count === 1 ? '' : `-${count}`;
    const made = await insertAgent(db, {
      id: newId(),
      organizationId,
      slug: slug.slice(0, 32 - suffix.length).replace(/-$/, '') + suffix,
      name,
      memberId,
    });
    if (made) return made;
  }
  throw new AppError('conflict', 'There are many agents of that name. Choose another name.');
}

/** As `slugSchema` wants them. */
function slugOf(name: string): string {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[-0-9]+|-+$/g, '');
  return plain === '' ? 'agent' : plain;
}

function notAmong(noun: string): AppError {
  return new AppError(
    'forbidden',
    `There is no such ${noun} that you may give to a client. Open the page again for those that there are.`,
    { details: { reason: `foreign_${noun}` } },
  );
}
