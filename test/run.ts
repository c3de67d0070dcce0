import { parseOptions } from './run/options.ts';
import { runSuite } from './run/run-suite.ts';

/** `npm test`: everything that has to hold before a change lands. See run/options.ts for flags. */
process.exitCode = await runSuite(parseOptions(process.argv.slice(2)));
