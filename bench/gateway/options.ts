import { parseArgs } from 'node:util';

export const transports = ['http', 'stdio', 'modern'] as const;
export const answers = ['2k', '50k', 'write'] as const;
export const clientCounts = [1, 16, 64] as const;
export const contestants = ['direct', 'bare', 'plugboard', 'plugboard-modern'] as const;

export type Transport = (typeof transports)[number];
export type Answer = (typeof answers)[number];
export type ContestantName = (typeof contestants)[number];

export interface Options {
  readonly transports: readonly Transport[];
  readonly answers: readonly Answer[];
  readonly clientCounts: readonly number[];
  readonly contestants: readonly ContestantName[];
  readonly rounds: number;
  /** How long each contestant runs on each transport before anything is measured. */
  readonly heatMs: number;
  readonly warmupMs: number;
  readonly windowMs: number;
  /** Windows in which other programs used a larger share of the machine are taken again. */
  readonly quiet: number;
  readonly json: string | undefined;
}

export const usage = `node bench/gateway/main.ts [flags]

  --only <words>   what to run, separated by commas: ${transports.join(', ')}; ${answers.join(', ')};
                   ${clientCounts.join(', ')} (clients); ${contestants.join(', ')}.
                   Words of one kind choose among it; a kind without a word runs whole, except
                   for what has to be named: write (a call that is recorded before and after),
                   modern (an HTTP upstream of the modern era), plugboard-modern (clients of it).
  --quick          two rounds with windows of one second, instead of five of two seconds
  --rounds <n>     rounds; contestants take turns in each
  --seconds <n>    length of a window
  --quiet <share>  take a window again, up to five times, when programs that are not part of the
                   benchmark used more than this share (0 to 1) of the machine
  --json <file>    write every round to a file`;

/** Reads the command line. Throws an `Error` that names the flag or word at fault. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', default: '' },
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      quiet: { type: 'string' },
      json: { type: 'string' },
    },
  });
  const words = new Set(values.only.split(',').filter((word) => word !== ''));
  const choose = <T extends string | number>(all: readonly T[], otherwise = all): readonly T[] => {
    const chosen = all.filter((one) => words.delete(String(one)));
    return chosen.length === 0 ? otherwise : chosen;
  };
  const options: Options = {
    transports: choose(transports, ['http', 'stdio']),
    answers: choose(answers, ['2k', '50k']),
    clientCounts: choose(clientCounts),
    contestants: choose(contestants, ['direct', 'bare', 'plugboard']),
    rounds: positive('rounds', values.rounds, values.quick ? 2 : 5),
    heatMs: values.quick ? 2_000 : 5_000,
    warmupMs: values.quick ? 300 : 700,
    windowMs: 1_000 * positive('seconds', values.seconds, values.quick ? 1 : 2),
    quiet: share('quiet', values.quiet),
    json: values.json,
  };
  if (words.size > 0) throw new Error(`--only knows no ${[...words].join(', ')}\n\n${usage}`);
  return options;
}

function positive(flag: string, text: string | undefined, otherwise: number): number {
  const value = text === undefined ? otherwise : Number(text);
  if (!(value > 0)) throw new Error(`--${flag} must be a number above 0, not "${text}"`);
  return value;
}

function share(flag: string, text: string | undefined): number {
  const value = positive(flag, text, 1);
  if (value > 1) throw new Error(`--${flag} must be a share from 0 to 1, not "${text}"`);
  return value;
}
