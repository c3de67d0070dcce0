import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import { constants } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { AppError } from '@plugboard/contracts';
import { z } from 'zod';

import type { AppServices } from '../../app/services.ts';
import { listOrganizationIds, withTenant } from '../../store/tenant.ts';
import { type ChangeServices, commitChange } from '../change.ts';
import { createUser, removeFactors, setPassword } from './accounts.ts';
import { requireStrongPassword } from './password-strength.ts';

type Services = ChangeServices & Pick<AppServices, 'people' | 'server'>;

/**
 * A link that the CLI made on this host: it wrote the hash of what it printed to the data directory,
 * which only who runs Plugboard may write. So it works with the server stopped, and proves access to
 * the host.
 */
const fileSchema = z.object({
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  expiresAt: z.iso.datetime(),
  /** The owner meant, by their e-mail address; else the first owner of the first organization. */
  email: z.string().optional(),
});

const longestMs = 15 * 60 * 1000;

export interface LinkedOwner {
  readonly organizationId: string;
  readonly memberId: string;
  readonly name: string;
  readonly userId: string | undefined;
  readonly email: string | undefined;
}

export function ownerLinkFile(dataDir: string): string {
  return join(dataDir, 'owner-link.json');
}

/** The owner that a link is for. Throws `AppError('not_found')`, the same for each reason. */
export async function findLinkedOwner(services: Services, token: string): Promise<LinkedOwner> {
  const link = await readLink(services, token);
  if (!link) throw gone();
  const owner = await selectOwner(services, link.email);
  if (!owner) {
    throw new AppError(
      'not_found',
      'There is no owner with the e-mail address that the link was made for.',
    );
  }
  return owner;
}

/**
 * Sets e-mail address and password of an owner, and takes the second factor and passkeys away. The
 * link is used up first: of two at once one gets it.
 */
export async function recoverOwner(
  services: Services,
  token: string,
  {
    email,
    password,
    name,
  }: { readonly email: string; readonly password: string; readonly name: string },
): Promise<LinkedOwner & { readonly email: string }> {
  await requireStrongPassword(password, [name, email]);
  const owner = await findLinkedOwner(services, token);
  await useUp(ownerLinkFile(services.server.dataDir));
  const { organizationId, memberId } = owner;
  let userId = owner.userId;
  if (userId === undefined) {
    userId = await createUser(services, { name, email, password, emailIsProved: true });
  } else {
    await changeEmail(services, userId, email);
    await setPassword(services, userId, password);
    await removeFactors(services, userId);
  }
  const linked = userId;
  await commitChange(services, { organizationId, memberId }, async (tx) => {
    await tx
      .updateTable('members')
      .set({ user_id: linked, suspended_at: null })
      .where('id', '=', memberId)
      .execute();
    return {
      result: undefined,
      record: {
        kind: 'person.recovered',
        change: { memberId, by: 'owner_link', isNew: owner.userId === undefined },
      },
      events: [{ kind: 'access', organizationId }],
    };
  });
  return { ...owner, userId: linked, email };
}

/** Of two who rename a file one finds it. */
async function useUp(path: string): Promise<void> {
  const used = `${path}.${randomUUID()}`;
  try {
    await rename(path, used);
  } catch {
    throw gone();
  }
  await rm(used, { force: true });
}

async function readLink({ server, clock }: Services, token: string) {
  const text = await readOwnFile(ownerLinkFile(server.dataDir));
  const parsed = fileSchema.safeParse(text === undefined ? undefined : parseJson(text));
  if (!parsed.success) return undefined;
  const { hash, expiresAt, email } = parsed.data;
  const given = createHash('sha256').update(token).digest();
  const ends = Date.parse(expiresAt);
  const now = clock();
  if (!timingSafeEqual(given, Buffer.from(hash, 'hex'))) return undefined;
  return ends > now && ends <= now + longestMs ? { email } : undefined;
}

/** Undefined for a file that is not there, that is a link, or that others may write. */
async function readOwnFile(path: string): Promise<string | undefined> {
  let file;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch {
    return undefined;
  }
  await using _ = file;
  const { mode, uid, size } = await file.stat();
  const isOurs = uid === process.getuid?.() || uid === 0 || process.getuid === undefined;
  if (!isOurs || (mode & 0o022) !== 0 || size > 10_000) return undefined;
  return file.readFile('utf8');
}

async function selectOwner(
  { db }: Pick<Services, 'db'>,
  email: string | undefined,
): Promise<LinkedOwner | undefined> {
  for (const organizationId of await listOrganizationIds(db)) {
    const row = await withTenant(db, organizationId, (tx) => {
      const owners = tx
        .selectFrom('members')
        .leftJoin('users', 'users.id', 'members.user_id')
        .where('members.role', '=', 'owner')
        .select(['members.id', 'members.name', 'members.user_id', 'users.email'])
        .orderBy('members.created_at')
        .orderBy('members.id');
      return (
        email === undefined ? owners : owners.where('users.email', '=', email.toLowerCase())
      ).executeTakeFirst();
    });
    if (row) {
      return {
        organizationId,
        memberId: row.id,
        name: row.name,
        userId: row.user_id ?? undefined,
        email: row.email ?? undefined,
      };
    }
  }
  return undefined;
}

async function changeEmail({ db }: Services, userId: string, email: string): Promise<void> {
  const other = await db
    .selectFrom('users')
    .select('id')
    .where('email', '=', email)
    .where('id', '<>', userId)
    .executeTakeFirst();
  if (other) throw new AppError('conflict', 'Somebody else has this e-mail address.');
  await db.updateTable('users').set({ email }).where('id', '=', userId).execute();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function gone(): AppError {
  return new AppError(
    'not_found',
    'This link is unknown, used or expired. Make another on the host: plugboard owner link',
  );
}
