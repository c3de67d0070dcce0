import { join } from 'node:path';

import { AppError } from '@plugboard/contracts';

import type { InjectedSecret } from '../instance.ts';
import type { MemoryFile } from '../sandbox/memory-folder.ts';

/** Where the secrets of one start go. */
export interface PlacedSecrets {
  /** Variables of the server: values, and the paths of what follows. */
  readonly env: Readonly<Record<string, string>>;
  /** There as long as the server. */
  readonly files: readonly MemoryFile[];
  /** Opened as descriptors 3, 4 and so on, and gone before the server begins. */
  readonly descriptors: readonly MemoryFile[];
}

/** Where files lie, as the server sees it. */
export interface SecretFolders {
  readonly files: string;
  readonly descriptors: string;
}

export const firstSecretDescriptor = 3;
/** A shell's redirections know one digit alone. */
const maxDescriptors = 7;
/** Of one file or descriptor, in bytes. */
const maxFileBytes = 2 ** 20;

/**
 * Sorts the secrets of a process by how it gets them. Throws `AppError('invalid_input')`, which names
 * the slot and never the value, for what no process can be given.
 */
export function placeSecrets(
  injected: readonly InjectedSecret[],
  folders: SecretFolders,
): PlacedSecrets {
  const env: Record<string, string> = {};
  const files: MemoryFile[] = [];
  const descriptors: MemoryFile[] = [];
  // One that comes later takes the slot.
  const slots = new Map(injected.map((secret) => [secret.slot, secret]));
  for (const { slot, place, value } of slots.values()) {
    checkSlot(slot);
    if (place === 'env') env[slot] = value.reveal();
    else if (place === 'file') {
      const path = join(folders.files, slot);
      files.push({ path, bytes: bytesOf(slot, value.reveal()) });
      env[slot] = path;
    } else if (place === 'descriptor') {
      const number = firstSecretDescriptor + descriptors.length;
      if (descriptors.length === maxDescriptors) {
        throw new AppError(
          'invalid_input',
          `A server can inherit ${maxDescriptors} secrets as descriptors; give it ${slot} as a file.`,
        );
      }
      const path = join(folders.descriptors, `.plugboard-descriptor-${number}`);
      descriptors.push({ path, bytes: bytesOf(slot, value.reveal()) });
      env[slot] = `/proc/self/fd/${number}`;
    } else {
      throw new AppError(
        'invalid_input',
        `${slot} is a header, which only remote servers take. Give it to this server as a variable, a file or a descriptor.`,
      );
    }
  }
  return { env, files, descriptors };
}

/**
 * Opens what is to be inherited, takes its name away, and becomes the command after it. The script
 * is made of numbers alone; the paths are its arguments.
 */
export function inheritingCommand(descriptors: readonly MemoryFile[]): string[] {
  if (descriptors.length === 0) return [];
  const opened = descriptors.map((_, index) => `${firstSecretDescriptor + index}<"$${index + 1}"`);
  const named = descriptors.map((_, index) => `"$${index + 1}"`);
  const script = `exec ${opened.join(' ')} && rm -f -- ${named.join(' ')} && shift ${named.length} && exec "$@"`;
  return ['/bin/sh', '-c', script, 'sh', ...descriptors.map(({ path }) => path)];
}

/** A slot becomes a file's name. */
function checkSlot(slot: string): void {
  if (/^[A-Za-z_][A-Za-z0-9_.-]{0,254}$/.test(slot)) return;
  throw new AppError(
    'invalid_input',
    `${JSON.stringify(slot.slice(0, 100))} cannot name an environment variable: letters, digits and underscores, not beginning with a digit.`,
  );
}

function bytesOf(slot: string, value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8');
  if (bytes.length <= maxFileBytes) return bytes;
  throw new AppError('invalid_input', `The secret ${slot} is larger than 1 MiB.`);
}
