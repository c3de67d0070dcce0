import type { Instance } from '@plugboard/contracts/api';

/** What to ask so that a client uses a server, by words in the server's name. */
const questions: readonly (readonly [RegExp, string])[] = [
  [/memory/, 'Remember that I prefer short answers, then tell me what you know about me.'],
  [/everything/, 'Use the echo tool to say hello.'],
  [/filesystem|files/, 'Which folders can you read? List what is in them.'],
  [/sqlite|postgres|database/, 'Which tables are in the database?'],
  [/fetch|search|browser/, 'Look up example.com and tell me what it says.'],
  [/time/, 'What time is it in Tokyo?'],
];

/** A question for the first server that is known; undefined when none is. */
export function questionFor(instances: readonly Pick<Instance, 'server'>[]): string | undefined {
  const names = instances.map(({ server }) => server.toLowerCase());
  return questions.find(([name]) => names.some((each) => name.test(each)))?.[1];
}
