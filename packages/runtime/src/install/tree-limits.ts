import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { InstallError } from './failures.ts';
import type { PlannedPackage } from './messages.ts';

/** Far beyond any server known, and not beyond what a machine bears. */
const maxPackages = 2_500;
const maxBytes = 2 * 1024 ** 3;
const everyMs = 1_000;

/** Throws `InstallError` for a tree that says itself that it is larger than what is installed here. */
export function refuseTooLarge(packages: readonly PlannedPackage[]): void {
  if (packages.length > maxPackages) {
    throw tooLarge(`it comes with ${packages.length} packages, and ${maxPackages} is the most`);
  }
  const bytes = packages.reduce((sum, each) => sum + (each.bytes ?? 0), 0);
  if (bytes > maxBytes) throw tooLarge(tooManyBytes);
}

export interface SizeWatch extends AsyncDisposable {
  /** Resolves as the promise does; rejects with `InstallError` once the folder holds too much. */
  orTooLarge<T>(promise: Promise<T>): Promise<T>;
}

/** Measures a folder that is being filled: what a registry says of sizes need not be true. */
export function watchSize(folder: string): SizeWatch {
  const exceeded = Promise.withResolvers<never>();
  exceeded.promise.catch(() => undefined);
  let measuring: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    measuring = measuring.then(async () => {
      if (await holdsMore(folder, maxBytes)) exceeded.reject(tooLarge(tooManyBytes));
    });
  }, everyMs);
  timer.unref();
  return {
    async orTooLarge(promise) {
      const result = await Promise.race([promise, exceeded.promise]);
      if (await holdsMore(folder, maxBytes)) throw tooLarge(tooManyBytes);
      return result;
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await measuring;
    },
  };
}

const tooManyBytes = `unpacked it takes more than ${maxBytes / 1024 ** 3} GB`;

function tooLarge(what: string): InstallError {
  return new InstallError({ kind: 'too_large', what });
}

async function holdsMore(folder: string, bytes: number): Promise<boolean> {
  let found = 0;
  const folders = [folder];
  for (let at = folders.pop(); at !== undefined; at = folders.pop()) {
    for (const entry of await readdir(at, { withFileTypes: true }).catch(() => [])) {
      const path = join(at, entry.name);
      if (entry.isDirectory()) folders.push(path);
      // Files come and go while npm's engine works.
      else found += (await lstat(path).catch(() => undefined))?.size ?? 0;
      if (found > bytes) return true;
    }
  }
  return false;
}
