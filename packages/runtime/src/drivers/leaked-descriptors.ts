import { readdir, readFile } from 'node:fs/promises';

const closeOnExec = 0o2000000;

/**
 * Descriptors beyond the standard streams that every child would inherit. Node opens its own so that
 * none does; these came from whoever started Plugboard, and may lead anywhere.
 */
export async function leakedDescriptors(): Promise<number[]> {
  const descriptors = (await readdir('/proc/self/fdinfo')).map(Number);
  const leaked: number[] = [];
  for (const descriptor of descriptors.filter((it) => it > 2)) {
    const info = await readFile(`/proc/self/fdinfo/${descriptor}`, 'utf8').catch(() => '');
    const flags = Number.parseInt(/^flags:\s*(\d+)/m.exec(info)?.[1] ?? '', 8);
    if (!Number.isNaN(flags) && (flags & closeOnExec) === 0) leaked.push(descriptor);
  }
  return leaked;
}
