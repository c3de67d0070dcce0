import type { LoadTarget } from '../load/job.ts';
import type { ContestantName, Transport } from '../options.ts';

/** One way from the load to the upstreams. */
export interface Contestant extends AsyncDisposable {
  readonly name: ContestantName;
  /** The process between load and upstream on this transport; undefined when there is none. */
  pid(transport: Transport): number | undefined;
  target(transport: Transport): LoadTarget;
  /** How long its durable record of a call takes by itself, in ms. */
  commitMs?(): Promise<number>;
}

/** What all contestants lead to. */
export interface Upstreams {
  /** The MCP endpoint of the HTTP upstream. */
  readonly httpUrl: string;
  /** The same of the HTTP upstream of the modern era. */
  readonly modernUrl: string;
  /** The stdio upstream as an installed package: its folder, and the script to run in it. */
  readonly stdioDirectory: string;
  readonly stdioEntry: string;
}
