import { AppError, type Level, newId, type OfferingKind } from '@plugboard/contracts';
import {
  buildRequest,
  type Envelope,
  readEnvelope,
  type Upstream,
  type UpstreamRequest,
} from '@plugboard/protocol';

import type { Grant } from '../access/decide.ts';
import type { AuditRecord } from '../audit-record.ts';
import type {
  AuditLog,
  OfferedInstance,
  Offering,
  StateSealer,
  TaskStore,
  Upstreams,
} from '../ports.ts';

export function buildOffering(
  name: string,
  fields: { kind?: OfferingKind; level?: Level; definition?: string } = {},
): Offering {
  const kind = fields.kind ?? 'tool';
  const member = {
    tool: 'name',
    prompt: 'name',
    resource: 'uri',
    resource_template: 'uriTemplate',
  }[kind];
  const definition = fields.definition ?? JSON.stringify({ [member]: name });
  return { kind, name, level: fields.level ?? 'read', definition: Buffer.from(definition) };
}

export function buildInstance(
  slug: string,
  offerings: readonly Offering[],
  fields: Partial<OfferedInstance> = {},
): OfferedInstance {
  return {
    id: newId(),
    slug,
    toolboxId: 'toolbox',
    toolboxSlug: 'starter',
    hello: Buffer.from(
      '{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{}}',
    ),
    era: 'legacy',
    isRemote: false,
    account: 'organization',
    asksClients: false,
    ...fields,
    offerings,
  };
}

export function buildGrant(fields: Partial<Grant> = {}): Grant {
  return {
    id: newId(),
    effect: 'allow',
    level: 'admin',
    target: { scope: 'toolbox', toolboxId: 'toolbox' },
    expiresAt: undefined,
    ...fields,
  };
}

/** A request as an agent's client would send it. */
export function buildCall(method: string, params: unknown): Envelope {
  return readEnvelope(buildRequest('1', method, Buffer.from(JSON.stringify(params))));
}

/** An audit log that notes what it is given, in order with everything else in `events`. */
export function notingAudit(
  events: string[],
  records: AuditRecord[],
): AuditLog & { fail: boolean } {
  return {
    fail: false,
    async append(_organizationId, record) {
      if (this.fail) {
        throw new AppError('unavailable', 'The audit log cannot be written.', {
          retryAfterMs: 500,
        });
      }
      await new Promise((resolve) => setTimeout(resolve, 2));
      records.push(record);
      events.push(record.kind);
    },
  };
}

/** A connection whose far side is a function. */
export function scriptedUpstream(
  answer: (request: UpstreamRequest) => Promise<string> | string,
  hello = '{"protocolVersion":"2025-11-25","capabilities":{}}',
): Upstream {
  return {
    hello: { era: 'legacy', result: Buffer.from(hello), protocolVersion: '2025-11-25' },
    request: async (request) => readEnvelope(Buffer.from(await answer(request))),
    notify: () => {},
    onMessage: undefined,
    onRequest: undefined,
    respond: () => {},
    inFlight: 0,
    closed: new Promise(() => {}),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** Gives the same connection to everybody. */
export function upstreamsOf(upstream: Upstream): Upstreams {
  return {
    acquire: () => Promise.resolve(upstream),
    hold: () => ({ [Symbol.dispose]: () => {} }),
    onMessage: () => () => {},
    onRequest: () => () => {},
    noteAsking: () => Promise.resolve(),
  };
}

export function memoryTasks(): TaskStore {
  const owners = new Map<string, string>();
  const keyOf = (...parts: string[]): string => JSON.stringify(parts);
  return {
    async put(organizationId, { instanceId, taskId, agentId }) {
      owners.set(keyOf(organizationId, instanceId, taskId), agentId);
    },
    async findOwner(organizationId, instanceId, taskId) {
      return owners.get(keyOf(organizationId, instanceId, taskId));
    },
  };
}

/** Binds to the context as a real one does, and hides nothing. */
export const plainSealer: StateSealer = {
  seal: (plain, context) =>
    Buffer.from(JSON.stringify([context, plain.toString('latin1')])).toString('base64url'),
  open(sealed, context) {
    try {
      const [sealedFor, text]: string[] = JSON.parse(Buffer.from(sealed, 'base64url').toString());
      return sealedFor === context ? Buffer.from(text ?? '', 'latin1') : undefined;
    } catch (error) {
      if (error instanceof SyntaxError) return undefined;
      throw error;
    }
  },
};
