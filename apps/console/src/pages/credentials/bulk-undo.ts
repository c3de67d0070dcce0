import type { BulkCredentialsInput, BulkOutcome, CredentialView } from '@plugboard/contracts/api';

/** What takes back what was done to many; nothing for tests, and for what is destroyed. */
export function undoOf(
  input: BulkCredentialsInput,
  before: readonly CredentialView[],
  outcomes: readonly BulkOutcome[],
): readonly BulkCredentialsInput[] {
  const done = before.filter(({ id }) => outcomes.some((one) => one.ok && one.id === id));
  if (input.action === 'label') return done.flatMap((each) => undoLabels(input, each));
  if (input.action !== 'expiry') return [];
  // Those that had the same expiry go back to it together.
  const groups = Map.groupBy(done, ({ expiresAt }) => expiresAt);
  return [...groups].map(([expiresAt, group]) => ({
    action: 'expiry',
    credentials: group.map(({ id }) => id),
    expiresAt: expiresAt ?? null,
  }));
}

function undoLabels(
  { add, remove }: Extract<BulkCredentialsInput, { action: 'label' }>,
  { id, labels }: CredentialView,
): readonly BulkCredentialsInput[] {
  const came = add.filter((label) => !labels.includes(label));
  const went = remove.filter((label) => labels.includes(label) && !add.includes(label));
  if (came.length + went.length === 0) return [];
  return [{ action: 'label', credentials: [id], add: went, remove: came }];
}
