import { AppError } from '@plugboard/contracts';

/** In characters; shorter ones are refused before they are judged. */
export const minPasswordLength = 10;
export const maxPasswordLength = 256;

/** 0 to 4: 3 means that some 10^8 guesses would not find it. */
const neededScore = 3;

/**
 * Throws `AppError('invalid_input')` for a password that is easily guessed, from what it is made of, by
 * the lists of common ones, and by what is known of its person. Lists of leaked passwords are not asked:
 * that would send part of the password's hash to a service outside.
 */
export async function requireStrongPassword(
  password: string,
  known: readonly string[],
): Promise<void> {
  if (password.length < minPasswordLength) {
    throw weak(`A password has at least ${minPasswordLength} characters.`);
  }
  if (password.length > maxPasswordLength) {
    throw weak(`A password has at most ${maxPasswordLength} characters.`);
  }
  const [{ ZxcvbnFactory }, { adjacencyGraphs, dictionary }] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
  ]);
  const words = known.flatMap((text) => [text, ...text.split(/[^\p{L}\p{N}]+/u)]);
  const judge = new ZxcvbnFactory({
    dictionary,
    graphs: adjacencyGraphs,
    maxLength: maxPasswordLength,
  });
  const { score } = judge.check(password, [
    'plugboard',
    ...words.filter((word) => word.length > 2),
  ]);
  if (score >= neededScore) return;
  throw weak(
    'This password would be guessed quickly. Use several unrelated words, or let a password manager make one.',
  );
}

function weak(message: string): AppError {
  return new AppError('invalid_input', message, { details: { reason: 'weak_password' } });
}
