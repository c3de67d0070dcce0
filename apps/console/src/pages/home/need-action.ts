import type { Need } from '@plugboard/contracts/api';

import { api } from '../../api/client.ts';

/** What the button of a need does: something at once, or going where it is decided. */
export interface NeedAction {
  readonly label: string;
  /** Does it, and resolves with what to say then. Undefined where it is decided elsewhere. */
  readonly run?: () => Promise<string | undefined>;
  /** Where it is decided, on this server. */
  readonly href?: string;
}

/** What the role may do about a need with one button; undefined where it may do nothing. */
export function actionOf(need: Need, may: (action: string) => boolean): NeedAction | undefined {
  const { instance, connection, version, action } = need;
  const href = ownPath(action.href);
  if (action.kind === 'restart' && instance && may('instance.restart')) {
    return {
      label: 'Restart',
      run: async () => {
        await api.instances.restart({ instance: instance.id });
        return `${instance.slug} was started anew`;
      },
    };
  }
  if (action.kind === 'update' && instance && version !== undefined && may('version.update')) {
    return {
      label: 'Update',
      run: async () => {
        const events = await api.versions.update({ instance: instance.id, to: version });
        for await (const event of events) {
          if (event.type === 'done') return `${event.instance} is at ${event.version} now`;
        }
        throw new TypeError('the answer ended before its end');
      },
    };
  }
  if (action.kind === 'sign_in' && connection) {
    return {
      label: 'Sign in',
      run: async () => {
        const { authorizeUrl } = await api.connections.reconnect({
          connection: connection.id,
          next: '/',
        });
        if (authorizeUrl === undefined) return `${connection.provider} is connected again`;
        if (/^https?:\/\//i.test(authorizeUrl)) location.assign(authorizeUrl);
        return undefined;
      },
    };
  }
  if (action.kind === 'sync' && may('source.sync')) {
    return {
      label: 'Sync again',
      run: async () => {
        const { sources } = await api.sources.list();
        // A need has no field for a source, but its id is made of the source's.
        const source = sources.find(({ id }) => need.id.includes(id));
        if (!source) return undefined;
        await api.sources.sync({ source: source.id });
        return `${source.title} is being read again`;
      },
    };
  }
  return href === undefined ? undefined : { label: linkLabels[action.kind], href };
}

const linkLabels: Readonly<Record<Need['action']['kind'], string>> = {
  restart: 'Open',
  sign_in: 'Sign in',
  update: 'See update',
  open: 'Open',
  confirm: 'Look and confirm',
  replace: 'Replace',
  sync: 'Open',
};

/** Only a path of this server: what came with names in it may not lead elsewhere. */
function ownPath(href: string | undefined): string | undefined {
  if (href === undefined || !href.startsWith('/')) return undefined;
  const base = 'http://here.invalid';
  return new URL(href, base).origin === base ? href : undefined;
}
