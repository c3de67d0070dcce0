import { randomInt } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { AppError } from '@plugboard/contracts';

import { isErrno, sandboxFolder, writeOnce } from './data-dir-identity.ts';

/** The user ids that one data directory gives to its instances: `first` … `first + count - 1`. */
export interface UidBlock {
  readonly first: number;
  readonly count: number;
}

/** Above what distributions, containers and systemd hand out, below 2³¹. */
const rangeFirst = 1_900_000_000;
const blockSize = 100_000;
const blocks = 2_000;
/** In a container whose user namespace maps no more than 65,536 ids. */
const smallBlock: UidBlock = { first: 40_000, count: 20_000 };

/**
 * The block of a data directory, chosen at random once and kept, so that two Plugboards on one
 * machine do not share ids. Undefined unless this process is root over such ids.
 */
export async function openUidBlock(dataDir: string): Promise<UidBlock | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const mapped = await mappedIds();
  const wide = mapped >= rangeFirst + blocks * blockSize;
  if (!wide && mapped < smallBlock.first + smallBlock.count) return undefined;
  await mkdir(sandboxFolder(dataDir), { recursive: true, mode: 0o700 });
  const text = await writeOnce(join(sandboxFolder(dataDir), 'uid-block'), () =>
    String(wide ? rangeFirst + randomInt(blocks) * blockSize : smallBlock.first),
  );
  const first = Number(text);
  return { first, count: first === smallBlock.first ? smallBlock.count : blockSize };
}

/**
 * The instance's own user id, given out once and never to another. Rejects with `unavailable` when
 * the block is used up.
 */
export async function instanceUid(
  dataDir: string,
  block: UidBlock,
  instanceId: string,
): Promise<number> {
  const taken = join(sandboxFolder(dataDir), 'uids');
  const byInstance = join(sandboxFolder(dataDir), 'instance-uids');
  await Promise.all([taken, byInstance].map((folder) => mkdir(folder, { recursive: true })));
  const known = await readFile(join(byInstance, instanceId), 'utf8').catch(() => undefined);
  if (known !== undefined) return Number(known);
  const uid = await takeNext(taken, block, instanceId);
  return Number(await writeOnce(join(byInstance, instanceId), () => String(uid)));
}

/** Exclusive creation makes the choice safe between concurrent starts. */
async function takeNext(folder: string, block: UidBlock, instanceId: string): Promise<number> {
  const numbers = (await readdir(folder)).map(Number);
  let uid = numbers.reduce((highest, number) => Math.max(highest, number), block.first - 1) + 1;
  for (; uid < block.first + block.count; uid += 1) {
    try {
      await writeFile(join(folder, String(uid)), instanceId, { flag: 'wx' });
      return uid;
    } catch (error) {
      if (!isErrno(error, 'EEXIST')) throw error;
    }
  }
  throw new AppError(
    'unavailable',
    `All ${block.count} user ids for instances of this data directory are given out. Use a fresh data directory.`,
  );
}

/** How many ids, from 0 on, exist in this user namespace. */
async function mappedIds(): Promise<number> {
  const map = await readFile('/proc/self/uid_map', 'utf8').catch(() => '');
  for (const line of map.trim().split('\n')) {
    const [inside, , count] = line.trim().split(/\s+/).map(Number);
    if (inside === 0 && count !== undefined) return count;
  }
  return 0;
}
