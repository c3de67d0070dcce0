import type { ConnectionView } from '@plugboard/contracts/api';

import { TextLink } from '../../ui/TextLink.tsx';
import { Untrusted } from '../../ui/Untrusted.tsx';

/** Opens a connection beside the list. */
export function ConnectionLink({
  connection: { id, name },
}: {
  readonly connection: Pick<ConnectionView, 'id' | 'name'>;
}) {
  return (
    <TextLink
      to="/connections"
      search={({ q, state, mine }) => ({ q, state, mine, connection: id })}
      className="block truncate font-medium text-ink"
    >
      <Untrusted>{name}</Untrusted>
    </TextLink>
  );
}
