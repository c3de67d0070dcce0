import type { Logger } from 'pino';

import { type ChangeServices, commitChange } from '../../change.ts';
import { createBound } from '../../bound.ts';

/** Something that was refused, by its code: never what was sent. */
export interface Refusal {
  readonly reason: string;
  /** Absent where nothing tells whose it is: then only the log can say it. */
  readonly organizationId?: string | undefined;
  readonly agentId?: string | undefined;
  readonly memberId?: string | undefined;
  /** The row of `agent_tokens` that it was about. */
  readonly tokenId?: string | undefined;
  /** Of a client that is known: others may call themselves anything. */
  readonly clientId?: string | undefined;
}

/** Puts on record what was refused. */
export interface Refusals {
  /** Resolves when it is on record; never rejects, for what was refused stays refused. */
  report(refusal: Refusal): Promise<void>;
}

const perMinute = 60_000;
/** More than people and programs err; fewer than would bury what else is on record. */
const mostOfOrganization = 120;
const mostInLog = 120;
const longestClientId = 200;

export function createRefusals(services: ChangeServices & { readonly log: Logger }): Refusals {
  const { clock, log } = services;
  const records = createBound(clock, { most: mostOfOrganization, perMs: perMinute });
  const lines = createBound(clock, { most: mostInLog, perMs: perMinute });

  function tell({ reason, clientId }: Refusal): void {
    const { isWithin, leftOut } = lines.take('');
    if (!isWithin) return;
    const client = boundedText(clientId);
    log.warn(
      { reason, ...(client !== undefined && { client }), ...(leftOut > 0 && { leftOut }) },
      'an OAuth request was refused',
    );
  }

  return {
    async report(refusal) {
      const { reason, organizationId, agentId, memberId, tokenId } = refusal;
      if (organizationId === undefined) {
        tell(refusal);
        return;
      }
      const { isWithin, leftOut } = records.take(organizationId);
      if (!isWithin) return;
      const clientId = boundedText(refusal.clientId);
      try {
        const author = { organizationId, ...(memberId !== undefined && { memberId }) };
        await commitChange(services, author, async () => ({
          result: undefined,
          record: {
            kind: 'oauth.refused',
            ...(agentId !== undefined && { agentId }),
            change: {
              reason,
              ...(tokenId !== undefined && { id: tokenId }),
              ...(clientId !== undefined && { clientId }),
              ...(leftOut > 0 && { leftOut }),
            },
          },
          events: [],
        }));
      } catch (error) {
        log.error({ err: error, reason }, 'what was refused could not be put on record');
      }
    },
  };
}

/** One line of plain text: the id of a client may be a URL that others chose. */
export function boundedText(text: string | undefined): string | undefined {
  const plain = text?.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ');
  return plain !== undefined && plain.length > longestClientId
    ? `${plain.slice(0, longestClientId)}…`
    : plain;
}
