import type { ContractDiffView, UpdatePlan } from '@plugboard/contracts/api';

import { plainText } from '../output/plain-text.ts';
import type { Style } from '../output/style.ts';

const maxListed = 20;

/** What an update would change, worst first. */
export function presentPlan(plan: UpdatePlan, style: Style): string {
  const { instance, from, to, step, deprecated, contract, affected } = plan;
  const kind = step === 'other' ? '' : ` (${step})`;
  const lines = [
    `${style.name(instance)}: ${plainText(from)} → ${style.strong(plainText(to))}${kind}`,
    ...(deprecated === undefined ? [] : [style.warn(`! deprecated: ${plainText(deprecated)}`)]),
    ...presentPackages(plan.packages, style),
  ];
  const agents = affected.slice(0, maxListed).map(({ agent, name, effect, reason }) => {
    const told = `${plainText(agent)} ${effect} ${plainText(name)}: ${plainText(reason)}`;
    return `  ${effect === 'loses' ? style.bad(told) : style.warn(told)}`;
  });
  const more = affected.length > maxListed ? [`  and ${affected.length - maxListed} more`] : [];
  const heading = affected.length > 0 ? ['Agents:'] : [];
  return `${[...lines, ''].join('\n')}${presentContract(contract, style)}${[...heading, ...agents, ...more].map((line) => `${line}\n`).join('')}`;
}

function presentPackages(packages: UpdatePlan['packages'], style: Style): string[] {
  if (!packages) return [];
  const { total, added, removed, changed, licences, scripts, node } = packages;
  const counts = added
    ? `: ${added.length} new, ${changed?.length ?? 0} changed, ${removed?.length ?? 0} gone`
    : '';
  return [
    style.quiet(`${total} packages${counts}`),
    ...licences
      .slice(0, maxListed)
      .map(({ name, before, after }) =>
        style.quiet(
          `  licence of ${plainText(name)}: ${before === undefined ? '' : `${plainText(before)} → `}${plainText(after)}`,
        ),
      ),
    ...(scripts.length > 0
      ? [style.warn(`! install scripts not run unless approved: ${plainText(scripts.join(', '))}`)]
      : []),
    ...(node.suits ? [] : [style.bad(`! needs Node ${plainText(node.asked ?? '')}`)]),
  ];
}

/** Tools that were added, removed and changed, with why; breaking ones first. */
export function presentContract({ changes, unchanged }: ContractDiffView, style: Style): string {
  if (changes.length === 0)
    return style.quiet(
      `What it offers stays as it is: ${unchanged} tools, prompts and resources.\n`,
    );
  const lines = changes.flatMap((change) => {
    const { kind, name, class: grade, renamed, reasons } = change;
    const mark = { added: '+', removed: '-', changed: '~' }[change.change];
    const paint = { breaking: style.bad, compatible: style.good, description: style.quiet }[grade];
    const noun = kind === 'tool' ? '' : ` (${kind.replace('_', ' ')})`;
    const other =
      renamed === undefined
        ? ''
        : change.change === 'removed'
          ? `, now likely ${plainText(renamed)}`
          : `, was likely ${plainText(renamed)}`;
    const level =
      change.levelBefore !== undefined && change.levelAfter !== undefined
        ? ''
        : ` ${style.quiet(change.levelAfter ?? change.levelBefore ?? '')}`;
    const head = `  ${paint(`${mark} ${plainText(name)}${noun}${other}`)}${grade === 'breaking' ? ` ${style.bad('breaking')}` : level}`;
    if (change.change !== 'changed') return [head];
    const why = reasons.slice(0, maxListed).map(({ path, text, class: severity }) => {
      const told = `      ${plainText(path)}: ${plainText(text)}`;
      return severity === 'breaking' ? style.bad(told) : style.quiet(told);
    });
    return [head, ...why];
  });
  return `${lines.join('\n')}\n${style.quiet(`  ${unchanged} unchanged`)}\n`;
}
