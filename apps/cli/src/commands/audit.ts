import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { idPattern } from '@plugboard/contracts';
import type {
  ApiClient,
  AuditDetail,
  AuditEntry,
  AuditExportLine,
  LiveCall,
} from '@plugboard/contracts/api';
import { type Command, Option } from 'commander';

import { AnsweredFailure, CliError } from '../cli-error.ts';
import { plainText } from '../output/plain-text.ts';
import { table } from '../output/table.ts';
import type { Session } from '../session.ts';
import { parsePast } from '../values/moment.ts';
import { parseWhole } from '../values/numbers.ts';
import type { VerifyExport } from '../verify-export-port.ts';

const outcomes = ['ok', 'tool_error', 'error', 'refused', 'cancelled', 'input_required'] as const;

interface ListOptions {
  readonly agent?: string;
  readonly server?: string;
  readonly kind?: string;
  readonly since?: string;
  readonly until?: string;
  readonly outcome?: LiveCall['outcome'];
  readonly member?: string;
  readonly text?: string;
  readonly call?: string;
  readonly before?: number;
  readonly limit: number;
}

interface ExportOptions {
  readonly output?: string;
  readonly from?: number;
  readonly to?: number;
}

export function addAuditCommands(
  program: Command,
  session: Session,
  verifyExport: VerifyExport,
): void {
  const { style } = session;
  const audit = program.command('audit').description('the record of every call and change');

  audit
    .command('list')
    .description('list the latest records, newest first')
    .option('--agent <agent>', 'of one agent')
    .option('--server <server>', 'of one server')
    .option('--kind <kind>', 'a kind or its beginning: call, grant, call.outcome')
    .option('--since <when>', '10m, 2h, 7d, or a date', parsePast)
    .option('--until <when>', '10m, 2h, 7d, or a date', parsePast)
    .addOption(new Option('--outcome <outcome>', 'what calls came to').choices([...outcomes]))
    .option('--member <member>', 'by or for a member: an e-mail address, an id, or me')
    .option('--text <text>', 'with this text anywhere in the record')
    .option('--call <id>', 'of one call, by its id')
    .option('--limit <count>', 'at most so many', parseWhole, 50)
    .option('--before <number>', 'only records with a smaller number', parseWhole)
    .action(async ({ server, member, text, ...options }: ListOptions) => {
      const api = await session.api();
      const page = await api.audit.list({
        ...options,
        ...(server !== undefined && { instance: server }),
        ...(member !== undefined && { member: await memberId(api, member) }),
        ...(text !== undefined && { q: text }),
      });
      const searched = page.searchedTo;
      await session.show(page, () =>
        page.entries.length === 0 && searched !== undefined
          ? 'No record matches so far.\n'
          : presentEntries(page.entries, session),
      );
      if (searched !== undefined) session.note(style.quiet(`Searched back to ${searched}. `));
      if (page.next !== undefined) {
        session.note(style.quiet(`Older ones: add --before ${page.next}\n`));
      }
    });

  audit
    .command('show')
    .argument('<number>', 'of the record', parseWhole)
    .description('show one record, its place in the chain, and the other one of its call')
    .action(async (seq: number) => {
      const api = await session.api();
      const detail = await api.audit.get({ seq });
      await session.show(detail, () => presentDetail(detail, session));
    });

  audit
    .command('verify')
    .description('recompute the hash chain; exits with 1 when a record was changed or removed')
    .option('--file <file>', 'of an export, without a server')
    .action(async ({ file }: { file?: string }) => {
      const whole =
        file === undefined
          ? await verifyServer(session)
          : await verifyFile(file, verifyExport, session);
      if (!whole) throw new AnsweredFailure('failed');
    });

  audit
    .command('export')
    .description('write every record, oldest first, one JSON object a line')
    .option('-o, --output <file>', 'into a file instead of stdout')
    .option('--from <number>', 'from this record on', parseWhole)
    .option('--to <number>', 'up to this record', parseWhole)
    .action(async ({ output, ...range }: ExportOptions) => {
      const api = await session.api();
      const records = await api.audit.export(range);
      if (output === undefined) {
        for await (const record of records) await session.terminal.out(exportLine(record));
        return;
      }
      const file = path.resolve(session.terminal.cwd, output);
      let count = 0;
      const lines = async function* (): AsyncGenerator<string> {
        for await (const record of records) {
          if ('seq' in record) count += 1;
          yield exportLine(record);
        }
      };
      await pipeline(Readable.from(lines()), createWriteStream(file, { mode: 0o600 }));
      await session.show({ file, records: count }, () => `${count} records are in ${file}\n`);
    });
}

async function verifyServer(session: Session): Promise<boolean> {
  const { style } = session;
  const api = await session.api();
  const answer = await api.audit.verify();
  await session.show(answer, () =>
    answer.fault === undefined
      ? `${style.good('intact')}: ${answer.records} records, head ${answer.head.seq} ${answer.head.hash}\n`
      : `${style.bad('broken')} at record ${answer.fault.seq}: ${plainText(answer.fault.message)}\n`,
  );
  return answer.ok;
}

async function verifyFile(file: string, verify: VerifyExport, session: Session): Promise<boolean> {
  const { style, terminal } = session;
  const input = createReadStream(path.resolve(terminal.cwd, file));
  // Opened before lines are read, for a reader of lines does not tell that there is no file.
  await once(input, 'open').catch((error: unknown) => {
    throw new CliError('usage', `${file} cannot be read.`, { cause: error });
  });
  const { fault, head, records } = await verify(createInterface({ input, crlfDelay: Infinity }));
  const ok = fault === undefined;
  await session.show({ ok, records, head, fault }, () =>
    ok
      ? `${style.good('intact')}: ${records} records, head ${head ?? 'none'}\n`
      : `${style.bad('broken')} in ${plainText(fault)}\n`,
  );
  return ok;
}

function exportLine(record: AuditExportLine): string {
  return `${JSON.stringify(record)}\n`;
}

function presentEntries(entries: readonly AuditEntry[], { style }: Session): string {
  if (entries.length === 0) {
    return 'No record matches. A call makes one: plugboard call everything__echo message=hello\n';
  }
  return table(
    style,
    ['no', 'at', 'kind', 'what'],
    entries.map((entry) => [
      String(entry.seq),
      style.quiet(entry.at),
      entry.kind,
      plainText(summarize(entry)),
    ]),
  );
}

function presentDetail({ entry, previousHash, pair }: AuditDetail, { style }: Session): string {
  const rows = [
    ['record', `${entry.seq} ${entry.kind}`],
    ['time', entry.at],
    ...(entry.agent ? [['agent', entry.agent.slug]] : []),
    ...(entry.instance ? [['server', entry.instance.slug]] : []),
    ...(entry.member ? [['member', entry.member.name]] : []),
    ['previous hash', previousHash],
    ['hash', entry.hash],
    ...(pair ? [['its call’s other', `${pair.seq} ${pair.kind}`]] : []),
  ];
  const head = rows.map(([name = '', value = '']) => `${style.quiet(name)}  ${plainText(value)}\n`);
  return `${head.join('')}${plainText(JSON.stringify(entry.record, null, 2), { lines: true })}\n`;
}

async function memberId(api: ApiClient, who: string): Promise<string> {
  if (who === 'me') return (await api.me()).memberId;
  const { members } = await api.members.list();
  const found = members.find(({ id, email }) => id === who || email === who.toLowerCase());
  // One who was removed goes by the id: their records stay.
  if (found === undefined && !idPattern.test(who)) {
    throw new CliError('usage', `There is no member ${plainText(who)}.`, {
      cure: 'see their addresses and ids: plugboard member list',
    });
  }
  return found?.id ?? who;
}

/** The telling fields of a record, in its own words. */
function summarize({ kind, record }: AuditEntry): string {
  if (!kind.startsWith('call.')) return JSON.stringify(record.change ?? {});
  const { method, instance, offering, outcome, reason, durationMs } = record;
  const took = typeof durationMs === 'number' ? `${durationMs.toFixed(1)} ms` : undefined;
  return [instance, offering ?? method, outcome, reason, took]
    .filter((part) => typeof part === 'string')
    .join(' ');
}
