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
import type { AuditLog, OfferedInstance, Offering } from '../ports.ts';

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

export function buildInstance(slug: string, offerings: readonly Offering[]): OfferedInstance {
  return {
    id: newId(),
    slug,
    toolboxId: 'toolbox',
    toolboxSlug: 'starter',
    hello: Buffer.from(
      '{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{}}',
    ),
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
    hello: { result: Buffer.from(hello), protocolVersion: '2025-11-25' },
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
