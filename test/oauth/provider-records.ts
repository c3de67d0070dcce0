import type { Adapter, AdapterPayload } from 'oidc-provider';

interface Stored {
  readonly model: string;
  readonly payload: AdapterPayload;
  readonly expiresAt: number;
  consumedAt?: number;
}

/** Where a provider keeps what it gave: in memory, apart from every other provider's. */
export interface Records {
  adapter(model: string): Adapter;
  readonly clients: Pick<Adapter, 'upsert'>;
  /** Takes back everything that an account, or everyone, was granted. */
  revoke(account: string | undefined): void;
}

/** With `graceMs`, a refresh token that was used is as good as unused for so long. */
export function createRecords(graceMs: number): Records {
  const rows = new Map<string, Stored>();
  const granted = new Set(['AccessToken', 'RefreshToken', 'AuthorizationCode', 'Grant']);

  function find(key: string): AdapterPayload | undefined {
    const row = rows.get(key);
    if (!row || row.expiresAt <= Date.now()) return undefined;
    const isConsumed = row.consumedAt !== undefined && row.consumedAt + graceMs <= Date.now();
    return { ...row.payload, ...(isConsumed && { consumed: Math.floor(row.consumedAt! / 1000) }) };
  }

  function adapter(model: string): Adapter {
    const key = (id: string) => `${model}:${id}`;
    const by = (name: 'uid' | 'userCode', value: string) =>
      [...rows].find(([, row]) => row.model === model && row.payload[name] === value);
    return {
      async upsert(id, payload, seconds) {
        const expiresAt = seconds === undefined ? Infinity : Date.now() + seconds * 1000;
        const { consumed: _, ...rest } = payload;
        const consumedAt = rows.get(key(id))?.consumedAt;
        rows.set(key(id), {
          model,
          payload: rest,
          expiresAt,
          ...(consumedAt !== undefined && { consumedAt }),
        });
      },
      find: async (id) => find(key(id)),
      async findByUid(uid) {
        const found = by('uid', uid);
        return found && find(found[0]);
      },
      async findByUserCode(code) {
        const found = by('userCode', code);
        return found && find(found[0]);
      },
      async consume(id) {
        const row = rows.get(key(id));
        if (row) row.consumedAt ??= Date.now();
      },
      async destroy(id) {
        rows.delete(key(id));
      },
      async revokeByGrantId(grantId) {
        for (const [id, row] of rows) {
          if (row.model === model && row.payload.grantId === grantId) rows.delete(id);
        }
      },
    };
  }

  return {
    adapter,
    clients: adapter('Client'),
    revoke(account) {
      for (const [id, { model, payload }] of rows) {
        if (!granted.has(model)) continue;
        if (account === undefined || payload.accountId === account) rows.delete(id);
      }
    },
  };
}
