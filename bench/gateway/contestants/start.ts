import type { ContestantName } from '../options.ts';
import { startBare } from './bare.ts';
import type { Contestant, Upstreams } from './contestant.ts';
import { createDirect } from './direct.ts';
import { startPlugboardContestant } from './plugboard.ts';

type Start = (upstreams: Upstreams) => Contestant | Promise<Contestant>;

const starts: Record<ContestantName, Start> = {
  direct: createDirect,
  bare: startBare,
  plugboard: (upstreams) => startPlugboardContestant('plugboard', upstreams),
  'plugboard-modern': (upstreams) => startPlugboardContestant('plugboard-modern', upstreams),
};

/** Starts what the contestant needs; disposing it ends that. */
export async function startContestant(
  name: ContestantName,
  upstreams: Upstreams,
): Promise<Contestant> {
  return starts[name](upstreams);
}
