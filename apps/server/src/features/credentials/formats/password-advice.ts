import type { ZxcvbnFactory } from '@zxcvbn-ts/core';

/** Longer ones take long to judge and are not guessed. */
const longestJudged = 100;
/** Of 0 to 4: fewer than 10⁸ guesses. */
const weakBelow = 3;

/** What is tried first, everywhere. */
const commonest: readonly string[] = [
  'password passw0rd admin administrator root user guest test demo default changeme secret',
  'postgres mysql oracle redis mongo database welcome letmein qwerty abc123 123456 12345678',
  'iloveyou master login',
].flatMap((words) => words.split(' '));

let factory: ZxcvbnFactory | undefined;

/**
 * What to know of a password that is guessed easily; undefined for one that is not. `related` are
 * words that somebody would try first, such as the user name. Never quotes it.
 */
export async function passwordAdvice(
  password: string,
  related: readonly string[],
): Promise<string | undefined> {
  if (password.length > longestJudged) return undefined;
  if (!factory) {
    const { ZxcvbnFactory: Factory } = await import('@zxcvbn-ts/core');
    factory = new Factory();
  }
  const { score } = factory.check(password, [...commonest, ...related]);
  if (score >= weakBelow) return undefined;
  const [how, when] = score < 2 ? ['very weak', 'minutes'] : ['weak', 'hours'];
  return `The password is ${how}: a program guesses it within ${when}. Set a longer, random one at the service, then replace it here.`;
}
