// How many credentials one core opens in a second: the cryptography alone, with keys that are open
// already and with those that are not, and through the vault with its audit record on disk.
// Usage: npm run bench:vault -- [--seconds 3] [--at-once 64]

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecretKey, randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';

import { newId } from '@plugboard/contracts';
import {
  createDataKey,
  createEnvProvider,
  createOwnerKey,
  openDataKey,
  openFields,
  openKeyProvider,
  openOwnerKey,
  Secret,
  sealFields,
} from '@plugboard/vault';

import { openAuditService } from '../../apps/server/src/features/audit/audit-service.ts';
import { createVault } from '../../apps/server/src/features/credentials/create-vault.ts';
import { createKeyring } from '../../apps/server/src/features/keys/keyring.ts';
import { openMasterKeys } from '../../apps/server/src/features/keys/master-keys.ts';
import { silentLog } from '../../apps/server/src/store/testing/database-server.ts';
import { withTenant } from '../../apps/server/src/store/tenant.ts';
import { describeMachine } from '../gateway/measure/machine.ts';
import { openDatabase } from '../catalog/database.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '3' },
    'at-once': { type: 'string', default: '64' },
  },
});
const seconds = Number(values.seconds);
const fields = { token: new Secret(randomBytes(30).toString('base64')) };

console.log(JSON.stringify(describeMachine()));
measureCrypto();
await measureVault(Number(values['at-once']));

function measureCrypto(): void {
  const masterKey = createSecretKey(randomBytes(32));
  const organizationId = newId();
  const owner = { organizationId, ownerKind: 'agent', ownerId: newId() } as const;
  const ownerIdentity = { ...owner, keyId: newId() };
  const identity = { ...owner, credentialId: newId() };
  const ownerKey = createOwnerKey(masterKey, ownerIdentity);
  const dataKey = createDataKey(ownerKey.key, identity);
  const sealed = sealFields(dataKey.key, identity, 1, fields);
  const openWith = (key: typeof ownerKey.key) =>
    openFields(openDataKey(key, identity, dataKey.sealed), identity, 1, sealed);
  tell('crypto alone, owner key open', () => openWith(ownerKey.key));
  tell('crypto alone, owner key opened each time', () =>
    openWith(openOwnerKey(masterKey, ownerIdentity, ownerKey.sealed)),
  );
}

function tell(name: string, open: () => unknown): void {
  for (let count = 0; count < 2000; count += 1) open();
  const cpu = process.cpuUsage();
  const endsAt = performance.now() + seconds * 1000;
  let opened = 0;
  for (; performance.now() < endsAt; opened += 1) open();
  say(name, opened, seconds, process.cpuUsage(cpu));
}

async function measureVault(atOnce: number): Promise<void> {
  await using database = await openDatabase('embedded', 10);
  const { db, pool, connection, organizationId } = database;
  const dataDir = await mkdtemp(join(tmpdir(), 'plugboard-bench-'));
  const provider = createEnvProvider('KEY', new Secret(randomBytes(32).toString('hex')));
  const provide = (text: string) => openKeyProvider(text, { dataDir, env: {} });
  const masterKeys = await openMasterKeys({ db, provider, provide });
  const key = randomBytes(32);
  await using audit = await openAuditService({ db, connection, dataDir, key, log: silentLog });
  const onChange = () => () => true;
  const keyring = createKeyring({ db, masterKeys, onChange });
  const vault = createVault({ db, pool, audit, keyring, clock: Date.now });
  await withTenant(db, organizationId, (tx) => keyring.createFor(tx, organizationId));
  const { id: credentialId } = await withTenant(db, organizationId, (tx) =>
    vault.insert(tx, {
      organizationId,
      owner: { kind: 'organization' },
      kind: 'api_key',
      name: 'bench',
      fields,
    }),
  );
  const ref = { organizationId, credentialId };
  for (let count = 0; count < 200; count += 1) await vault.open(ref, { for: 'start' });
  const cpu = process.cpuUsage();
  const begun = performance.now();
  let opened = 0;
  const openOn = async () => {
    for (; performance.now() - begun < seconds * 1000; opened += 1) {
      await vault.open(ref, { for: 'start' });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, openOn));
  const passed = (performance.now() - begun) / 1000;
  say(`Vault.open with its audit record, ${atOnce} at once`, opened, passed, process.cpuUsage(cpu));
  await rm(dataDir, { recursive: true, force: true });
}

function say(
  name: string,
  opened: number,
  passed: number,
  { user, system }: NodeJS.CpuUsage,
): void {
  const busy = (user + system) / 1e6;
  const perSecond = Math.round(opened / passed).toLocaleString('en');
  const perCore = Math.round(opened / busy).toLocaleString('en');
  console.log(
    `${name}: ${perSecond}/s; ${perCore} for each second of this process' processor time`,
  );
}
