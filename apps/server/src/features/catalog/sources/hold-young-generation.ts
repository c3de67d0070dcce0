import { setFlagsFromString } from 'node:v8';

let holders = 0;

/**
 * Keeps V8's young generation at the size it has until disposed of. Reading many entries makes garbage
 * faster than requests ever do, for which it would grow by 60 MB and more, and keep them. The factor
 * is read each time that it would grow, so it may change while the process runs.
 */
export function holdYoungGeneration(): Disposable {
  holders += 1;
  if (holders === 1) setFlagsFromString('--semi-space-growth-factor=1');
  return {
    [Symbol.dispose]() {
      holders -= 1;
      if (holders === 0) setFlagsFromString('--semi-space-growth-factor=2');
    },
  };
}
