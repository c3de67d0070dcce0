import type { ChangeEvent } from '@plugboard/contracts';
import type { LiveEvent } from '@plugboard/contracts/api';

export type LiveChange = Extract<LiveEvent, { type: 'change' }>;
type Subject = LiveChange['about'];

/** What a change event means to those who show what it is about; undefined when to none. */
export function changeOfEvent(event: ChangeEvent): LiveChange | undefined {
  switch (event.kind) {
    case 'access':
    case 'identity': {
      const { agentId } = event;
      return { type: 'change', about: 'access', ...(agentId !== undefined && { agentId }) };
    }
    case 'instance':
    case 'definitions':
      return { type: 'change', about: event.kind, instanceId: event.instanceId };
    case 'instance_credentials':
      return { type: 'change', about: 'credential', instanceId: event.instanceId };
    case 'connection':
      return { type: 'change', about: 'connection', connectionId: event.connectionId };
    case 'keys':
    case 'master_keys':
      return { type: 'change', about: 'keys' };
    case 'everything':
      return { type: 'change', about: 'everything' };
    case 'session':
    case 'signed_out':
      // Sessions are shown nowhere.
      return undefined;
  }
}

/** By the first word of a record's kind. */
const subjects: Readonly<Record<string, Subject>> = {
  agent: 'access',
  agent_client: 'access',
  authorization: 'access',
  grant: 'access',
  token: 'access',
  toolbox: 'access',
  instance: 'instance',
  configuration: 'instance',
  bundle: 'instance',
  definitions: 'definitions',
  level: 'definitions',
  connection: 'connection',
  provider: 'connection',
  credential: 'credential',
  api_key: 'api_key',
  member: 'member',
  invitation: 'member',
  person: 'member',
  organization: 'organization',
  sso: 'organization',
  scim: 'organization',
  source: 'catalog',
  sources: 'catalog',
  owner_keys: 'keys',
  master_key: 'keys',
  lock: 'everything',
};

/** Records of reading and refusing, after which all is as it was. */
const unchanging = new Set(['opened', 'secrets_opened', 'refused', 'backed_up']);

/**
 * What a record of the audit log says has changed. Most changes have an event too, but not all: a
 * member's role, an API key, a source.
 */
export function changeOfRecord(record: {
  readonly kind: string;
  readonly agentId: string | null;
  readonly instanceId: string | null;
}): LiveChange | undefined {
  const [noun = '', verb = ''] = record.kind.split('.');
  const about = Object.hasOwn(subjects, noun) ? subjects[noun] : undefined;
  if (about === undefined || unchanging.has(verb)) return undefined;
  const { agentId, instanceId } = record;
  return {
    type: 'change',
    about,
    ...(agentId !== null && { agentId }),
    ...(instanceId !== null && { instanceId }),
  };
}
