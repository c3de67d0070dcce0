import { BuildFailure, buildConsole } from './build-console.ts';

/** Builds the console as a start does, and says all that the build says. */
try {
  const root = new URL('..', import.meta.url).pathname.replace(/\/$/, '');
  const outcome = await buildConsole({ root, signal: new AbortController().signal });
  process.stdout.write(outcome === 'built' ? 'The console is built.\n' : 'It is built already.\n');
} catch (error) {
  if (!(error instanceof BuildFailure)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
