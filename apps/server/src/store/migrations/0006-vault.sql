-- Previous server version may still run: new columns have defaults, new tables are its strangers.

-- Shows rows of tables with an organization to work for that organization alone, whoever owns them.
create procedure keep_to_tenant(variadic names text[])
  language plpgsql as $$
declare
  name text;
begin
  foreach name in array names loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format(
      'create policy tenant on %I using (organization_id = current_organization()) with check (organization_id = current_organization())',
      name);
  end loop;
end $$;

-- Which master keys were ever in force. The keys themselves lie with their provider.
create table master_keys (
  -- A fingerprint of the key: 16 hexadecimal digits.
  id text constraint master_keys_pk primary key,
  -- The same in every row: what providers bind wrapped keys to.
  installation_id uuid not null,
  provider text not null
    constraint master_keys_provider_check check (provider in ('file', 'env', 'aws-kms', 'gcp-kms', 'vault-transit')),
  -- The key as its provider sealed it, and under which of the provider's keys; null where the provider gives the key itself.
  wrapped bytea,
  provider_key text,
  -- Sealed under the key before it, by which other nodes follow; null once they had their time.
  bridge bytea,
  created_at timestamptz not null default now(),
  -- Since when nothing is sealed under it any more; what still is, is being sealed anew.
  retired_at timestamptz,
  -- Since when nothing is sealed under it at all.
  emptied_at timestamptz
);
create unique index master_keys_current_key on master_keys ((retired_at is null)) where retired_at is null;

-- Keys for one purpose that must outlive the master key they were derived from, sealed.
create table installation_keys (
  purpose text constraint installation_keys_pk primary key,
  master_key_id text not null constraint installation_keys_master_fk references master_keys (id),
  sealed bytea not null,
  created_at timestamptz not null default now()
);
create index installation_keys_master_idx on installation_keys (master_key_id);

-- Members and agents have keys of their own beside their organization's.
alter table owner_keys
  add column owner_kind text not null default 'organization'
    constraint owner_keys_owner_check check (owner_kind in ('organization', 'member', 'agent')),
  -- The member or agent; null for the organization itself.
  add column owner_id uuid,
  -- Null for one from before master keys had names.
  add column master_key_id text constraint owner_keys_master_fk references master_keys (id),
  -- Since when nothing is sealed with it any more; what is still sealed with it is being sealed anew.
  add column retired_at timestamptz,
  add constraint owner_keys_owner_id_check check ((owner_kind = 'organization') = (owner_id is null)),
  add constraint owner_keys_id_key unique (organization_id, id);
create index owner_keys_owner_idx on owner_keys (organization_id, owner_kind, owner_id, created_at);
create unique index owner_keys_current_key on owner_keys
  (organization_id, owner_kind, coalesce(owner_id, organization_id)) where retired_at is null;
create index owner_keys_master_idx on owner_keys (master_key_id);

-- Rotations that were asked for. What is left to do is read from the keys themselves.
create table key_rotations (
  id uuid constraint key_rotations_pk primary key,
  organization_id uuid not null constraint key_rotations_organization_fk references organizations (id) on delete cascade,
  kind text not null constraint key_rotations_kind_check check (kind in ('owner', 'master')),
  -- The master key that comes into force; null for owner keys.
  master_key_id text constraint key_rotations_master_fk references master_keys (id),
  state text not null constraint key_rotations_state_check check (state in ('running', 'succeeded', 'failed')),
  done integer not null default 0,
  total integer not null default 0,
  -- Words for a person.
  error text,
  -- Who asked; null for Plugboard itself.
  member_id uuid,
  created_at timestamptz not null default now(),
  finished_at timestamptz
);
create unique index key_rotations_running_key on key_rotations (organization_id, kind) where state = 'running';
create index key_rotations_created_idx on key_rotations (organization_id, created_at);
create index key_rotations_master_idx on key_rotations (master_key_id);

-- Secrets of organizations, members and agents. Each has a data key of its own, sealed under its
-- owner's key: destroying it makes every version, and every copy of one, unreadable.
create table credentials (
  id uuid constraint credentials_pk primary key,
  organization_id uuid not null constraint credentials_organization_fk references organizations (id) on delete cascade,
  owner_kind text not null constraint credentials_owner_check check (owner_kind in ('organization', 'member', 'agent')),
  member_id uuid,
  agent_id uuid,
  kind text not null constraint credentials_kind_check
    check (kind in ('api_key', 'oauth', 'database', 'service_account', 'basic', 'custom')),
  -- Of which service it is, such as github; null for none that is known.
  provider text,
  -- Unique for its owner.
  name text not null,
  labels text[] not null default '{}',
  -- What may be shown: {"hint": "…abcd", "username": "ann", "host": "db.internal"}.
  facts jsonb not null default '{}',
  owner_key_id uuid not null,
  -- Null once the credential is destroyed.
  sealed_key bytea,
  version integer not null default 1 constraint credentials_version_check check (version > 0),
  expires_at timestamptz,
  -- What the last test against its service said: {"at", "outcome": "accepted" | "refused" | "unknown", "message"}.
  test jsonb,
  -- The member who made it; null for Plugboard itself.
  created_by uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  last_opened_at timestamptz,
  destroyed_at timestamptz,
  constraint credentials_organization_key unique (organization_id, id),
  constraint credentials_owner_id_check check (
    (owner_kind = 'organization' and member_id is null and agent_id is null)
    or (owner_kind = 'member' and member_id is not null and agent_id is null)
    or (owner_kind = 'agent' and agent_id is not null and member_id is null)
  ),
  constraint credentials_destroyed_check check ((destroyed_at is null) = (sealed_key is not null)),
  constraint credentials_owner_key_fk foreign key (organization_id, owner_key_id)
    references owner_keys (organization_id, id),
  constraint credentials_member_fk foreign key (organization_id, member_id)
    references members (organization_id, id) on delete cascade,
  constraint credentials_agent_fk foreign key (organization_id, agent_id)
    references agents (organization_id, id) on delete cascade
);
create unique index credentials_name_key on credentials
  (organization_id, coalesce(member_id, agent_id, organization_id), name) where destroyed_at is null;
create index credentials_member_idx on credentials (organization_id, member_id);
create index credentials_agent_idx on credentials (organization_id, agent_id);
create index credentials_owner_key_idx on credentials (organization_id, owner_key_id);
create index credentials_expires_idx on credentials (organization_id, expires_at) where destroyed_at is null;

create table credential_versions (
  organization_id uuid not null,
  credential_id uuid not null,
  version integer not null constraint credential_versions_version_check check (version > 0),
  -- Its fields as JSON, sealed with the credential's data key; null once destroyed.
  sealed bytea,
  member_id uuid,
  note text,
  created_at timestamptz not null default now(),
  destroyed_at timestamptz,
  constraint credential_versions_pk primary key (organization_id, credential_id, version),
  constraint credential_versions_credential_fk foreign key (organization_id, credential_id)
    references credentials (organization_id, id) on delete cascade
);

-- Whose account an instance's calls use: one for all, each member's own, or each agent's own.
alter table instances
  add column account text not null default 'organization'
    constraint instances_account_check check (account in ('organization', 'member', 'agent')),
  -- What members or agents provide besides the secrets that its catalog entry names: [{"slot", "place", "template"}].
  add column account_slots jsonb not null default '[]';

-- Which credential fills which slot of an instance, for whose calls.
create table instance_credentials (
  id uuid constraint instance_credentials_pk primary key,
  organization_id uuid not null,
  instance_id uuid not null,
  -- The name of the variable, header or file.
  slot text not null,
  -- How it gets there.
  place text not null constraint instance_credentials_place_check check (place in ('env', 'header', 'file', 'descriptor')),
  -- What is put there: text with {field} for fields of the credential, such as "Bearer {token}".
  template text not null,
  owner_kind text not null constraint instance_credentials_owner_check check (owner_kind in ('organization', 'member', 'agent')),
  member_id uuid,
  agent_id uuid,
  credential_id uuid not null,
  -- Where the instance sent or gave it when its owner lent it; null where the organization is the owner
  -- of the credential. What lies elsewhere by now is not given it.
  destination jsonb,
  created_at timestamptz not null default now(),
  constraint instance_credentials_owner_id_check check (
    (owner_kind = 'organization' and member_id is null and agent_id is null)
    or (owner_kind = 'member' and member_id is not null and agent_id is null)
    or (owner_kind = 'agent' and agent_id is not null and member_id is null)
  ),
  constraint instance_credentials_instance_fk foreign key (organization_id, instance_id)
    references instances (organization_id, id) on delete cascade,
  constraint instance_credentials_credential_fk foreign key (organization_id, credential_id)
    references credentials (organization_id, id) on delete cascade,
  constraint instance_credentials_member_fk foreign key (organization_id, member_id)
    references members (organization_id, id) on delete cascade,
  constraint instance_credentials_agent_fk foreign key (organization_id, agent_id)
    references agents (organization_id, id) on delete cascade
);
create unique index instance_credentials_slot_key on instance_credentials
  (organization_id, instance_id, slot, coalesce(member_id, agent_id, organization_id));
create index instance_credentials_credential_idx on instance_credentials (organization_id, credential_id);
create index instance_credentials_member_idx on instance_credentials (organization_id, member_id);
create index instance_credentials_agent_idx on instance_credentials (organization_id, agent_id);

call keep_to_tenant('key_rotations', 'credentials', 'credential_versions', 'instance_credentials');
