-- Previous server version may still run: there is none.
--
-- Tenancy: every table that holds an organization's data carries organization_id, has row-level
-- security enabled and forced, and shows only rows of the organization named by the setting
-- plugboard.organization_id. Without the setting nothing is visible.

create function current_organization() returns uuid
  language sql stable parallel safe
  return nullif(current_setting('plugboard.organization_id', true), '')::uuid;

-- The one table without a tenant: which organizations exist, for jobs that visit each in turn.
create table organization_directory (
  id uuid constraint organization_directory_pk primary key,
  created_at timestamptz not null default now()
);

create table organizations (
  id uuid constraint organizations_pk primary key
    constraint organizations_directory_fk references organization_directory (id) on delete cascade,
  slug text not null constraint organizations_slug_key unique,
  name text not null,
  created_at timestamptz not null default now()
);

create table members (
  id uuid constraint members_pk primary key,
  organization_id uuid not null constraint members_organization_fk references organizations (id) on delete cascade,
  name text not null,
  role text not null constraint members_role_check check (role in ('owner', 'admin', 'member', 'auditor')),
  created_at timestamptz not null default now(),
  constraint members_organization_key unique (organization_id, id)
);

create table api_keys (
  id uuid constraint api_keys_pk primary key,
  organization_id uuid not null,
  member_id uuid not null,
  name text not null,
  hash bytea not null constraint api_keys_hash_length check (length(hash) = 32),
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  revoked_at timestamptz,
  constraint api_keys_member_fk foreign key (organization_id, member_id)
    references members (organization_id, id) on delete cascade,
  constraint api_keys_hash_key unique (organization_id, hash)
);
create index api_keys_member_idx on api_keys (organization_id, member_id);

create table owner_keys (
  id uuid constraint owner_keys_pk primary key,
  organization_id uuid not null constraint owner_keys_organization_fk references organizations (id) on delete cascade,
  -- The data key, sealed under the master key with the organization's id as AAD.
  sealed bytea not null,
  created_at timestamptz not null default now()
);
create index owner_keys_organization_idx on owner_keys (organization_id, created_at);

create table toolboxes (
  id uuid constraint toolboxes_pk primary key,
  organization_id uuid not null constraint toolboxes_organization_fk references organizations (id) on delete cascade,
  slug text not null,
  name text not null,
  environment text not null default 'dev'
    constraint toolboxes_environment_check check (environment in ('dev', 'staging', 'prod')),
  created_at timestamptz not null default now(),
  constraint toolboxes_slug_key unique (organization_id, slug),
  constraint toolboxes_organization_key unique (organization_id, id)
);

create table instances (
  id uuid constraint instances_pk primary key,
  organization_id uuid not null,
  toolbox_id uuid not null,
  -- Unique in the organization, for it names tools on the endpoints that aggregate.
  slug text not null,
  -- The catalog's name of the server, such as io.github.modelcontextprotocol/server-memory.
  server_name text not null,
  version text not null,
  -- How to run it: a ProcessLaunch or RemoteLaunch of the runtime package, without secrets.
  launch jsonb not null,
  -- Names and sealed values of its secrets: {"API_KEY": "<base64>"}.
  sealed_secrets jsonb not null default '{}',
  idle_ms integer not null default 600000 constraint instances_idle_check check (idle_ms >= 0),
  start_timeout_ms integer not null default 60000 constraint instances_start_timeout_check check (start_timeout_ms > 0),
  -- The server's answer to initialize, as it sent it, from its last start.
  hello text,
  defined_at timestamptz,
  created_at timestamptz not null default now(),
  constraint instances_toolbox_fk foreign key (organization_id, toolbox_id)
    references toolboxes (organization_id, id) on delete cascade,
  constraint instances_slug_key unique (organization_id, slug),
  constraint instances_organization_key unique (organization_id, id)
);
create index instances_toolbox_idx on instances (organization_id, toolbox_id);

-- What an instance offers, as its server listed it last: served while it sleeps.
create table offerings (
  organization_id uuid not null,
  instance_id uuid not null,
  kind text not null constraint offerings_kind_check check (kind in ('tool', 'prompt', 'resource', 'resource_template')),
  -- The tool's or prompt's name, the resource's URI, the template's URI template.
  name text not null,
  position integer not null,
  -- Raw JSON text, byte for byte.
  definition text not null,
  hash bytea not null,
  -- The level that the definition's annotations ask for.
  level text not null constraint offerings_level_check check (level in ('read', 'write', 'execute', 'admin')),
  constraint offerings_pk primary key (organization_id, instance_id, kind, name),
  constraint offerings_instance_fk foreign key (organization_id, instance_id)
    references instances (organization_id, id) on delete cascade
);

-- An admin's word on the level of an offering; survives a refresh of the definitions.
create table level_overrides (
  organization_id uuid not null,
  instance_id uuid not null,
  kind text not null constraint level_overrides_kind_check check (kind in ('tool', 'prompt', 'resource', 'resource_template')),
  name text not null,
  level text not null constraint level_overrides_level_check check (level in ('read', 'write', 'execute', 'admin')),
  created_at timestamptz not null default now(),
  constraint level_overrides_pk primary key (organization_id, instance_id, kind, name),
  constraint level_overrides_instance_fk foreign key (organization_id, instance_id)
    references instances (organization_id, id) on delete cascade
);

create table agents (
  id uuid constraint agents_pk primary key,
  organization_id uuid not null constraint agents_organization_fk references organizations (id) on delete cascade,
  slug text not null,
  name text not null,
  created_at timestamptz not null default now(),
  revoked_at timestamptz,
  constraint agents_slug_key unique (organization_id, slug),
  constraint agents_organization_key unique (organization_id, id)
);

create table agent_tokens (
  id uuid constraint agent_tokens_pk primary key,
  organization_id uuid not null,
  agent_id uuid not null,
  name text not null,
  hash bytea not null constraint agent_tokens_hash_length check (length(hash) = 32),
  -- The token's last four characters, to tell one from another.
  hint text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  revoked_at timestamptz,
  constraint agent_tokens_organization_key unique (organization_id, id),
  constraint agent_tokens_agent_fk foreign key (organization_id, agent_id)
    references agents (organization_id, id) on delete cascade,
  constraint agent_tokens_hash_key unique (organization_id, hash)
);
create index agent_tokens_agent_idx on agent_tokens (organization_id, agent_id);

create table grants (
  id uuid constraint grants_pk primary key,
  organization_id uuid not null,
  agent_id uuid not null,
  effect text not null constraint grants_effect_check check (effect in ('allow', 'deny')),
  level text not null constraint grants_level_check check (level in ('read', 'write', 'execute', 'admin')),
  -- The target: a toolbox; or an instance; or one offering of an instance.
  toolbox_id uuid,
  instance_id uuid,
  offering_kind text constraint grants_kind_check check (offering_kind in ('tool', 'prompt', 'resource', 'resource_template')),
  offering_name text,
  expires_at timestamptz,
  created_at timestamptz not null default now(),
  constraint grants_target_check check (
    (toolbox_id is not null and instance_id is null and offering_name is null)
    or (toolbox_id is null and instance_id is not null)
  ),
  constraint grants_offering_check check ((offering_kind is null) = (offering_name is null)),
  constraint grants_agent_fk foreign key (organization_id, agent_id)
    references agents (organization_id, id) on delete cascade,
  constraint grants_toolbox_fk foreign key (organization_id, toolbox_id)
    references toolboxes (organization_id, id) on delete cascade,
  constraint grants_instance_fk foreign key (organization_id, instance_id)
    references instances (organization_id, id) on delete cascade
);
create index grants_agent_idx on grants (organization_id, agent_id);
create index grants_toolbox_idx on grants (organization_id, toolbox_id);
create index grants_instance_idx on grants (organization_id, instance_id);

-- Sessions of legacy clients, so that any node, or this one after a restart, can go on with them.
create table sessions (
  organization_id uuid not null,
  -- SHA-256 of the Mcp-Session-Id.
  id_hash bytea not null constraint sessions_hash_length check (length(id_hash) = 32),
  agent_id uuid not null,
  token_id uuid not null,
  -- The path after /mcp: '', '/toolbox' or '/toolbox/instance'.
  endpoint text not null,
  protocol_version text not null,
  -- The client's initialize params, raw JSON text.
  client text not null,
  log_level text,
  created_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  constraint sessions_pk primary key (organization_id, id_hash),
  constraint sessions_agent_fk foreign key (organization_id, agent_id)
    references agents (organization_id, id) on delete cascade,
  constraint sessions_token_fk foreign key (organization_id, token_id)
    references agent_tokens (organization_id, id) on delete cascade
);
create index sessions_agent_idx on sessions (organization_id, agent_id);
create index sessions_token_idx on sessions (organization_id, token_id);
create index sessions_seen_idx on sessions (organization_id, last_seen_at);

-- Audit: one hash chain per organization. hash = sha256(previous hash || record as UTF-8); before the
-- first record stands sha256('plugboard audit ' || the organization's id), so that a chain cannot
-- pass for another organization's. The other columns repeat parts of the record for queries;
-- verification compares them with it. An organization with a chain cannot be deleted.
create table audit_heads (
  organization_id uuid constraint audit_heads_pk primary key
    constraint audit_heads_organization_fk references organizations (id),
  seq bigint not null,
  hash bytea not null
) with (fillfactor = 50);

-- No foreign key of its own: each append holds the organization's head, which has one.
create table audit_records (
  organization_id uuid not null,
  seq bigint not null,
  at timestamptz not null,
  -- call.intent, call.outcome, or a change such as grant.created.
  kind text not null,
  call_id uuid,
  agent_id uuid,
  instance_id uuid,
  -- The record itself: JSON text, byte for byte what was hashed.
  record text not null,
  hash bytea not null,
  constraint audit_records_pk primary key (organization_id, seq)
);
create index audit_records_agent_idx on audit_records (organization_id, agent_id, seq) where agent_id is not null;
create index audit_records_instance_idx on audit_records (organization_id, instance_id, seq) where instance_id is not null;

-- Signed marks of how far the chain had come, so that cutting off its end shows.
create table audit_checkpoints (
  organization_id uuid not null constraint audit_checkpoints_organization_fk references audit_heads (organization_id),
  seq bigint not null,
  hash bytea not null,
  -- HMAC-SHA256 under a key derived from the master key, which the database never holds.
  mac bytea not null,
  at timestamptz not null default now(),
  constraint audit_checkpoints_pk primary key (organization_id, seq)
);

-- Appends records to the chains of one or more organizations.
--
-- `lines` holds one JSON text per line, counts[1] of them for organizations[1] and so on; the other
-- arrays have an element for each line. Name organizations in ascending order, for each append
-- waits for other writers of the same chain. Safe from any number of nodes.
--
-- Runs in the caller's transaction, so a change and its record commit together; a transaction that
-- works for one organization cannot append to another's chain.
--
-- On the path of every call: assignments, which need no plan, stand where a query would also do.
create function append_audit(
  organizations uuid[], counts integer[], lines text,
  ats bigint[], kinds text[], call_ids uuid[], agent_ids uuid[], instance_ids uuid[]
) returns void
  language plpgsql as $$
declare
  tenant uuid := current_organization();
  setting text;
  records text[] := string_to_array(lines, E'\n');
  total integer := cardinality(records);
  hashes bytea[];
  head_seq bigint;
  head_hash bytea;
  first integer := 1;
  last integer;
begin
  if cardinality(ats) <> total or cardinality(kinds) <> total or cardinality(call_ids) <> total
    or cardinality(agent_ids) <> total or cardinality(instance_ids) <> total then
    raise exception 'append_audit: arrays of different length';
  end if;
  for n in 1 .. cardinality(organizations) loop
    if tenant is null then
      setting := set_config('plugboard.organization_id', organizations[n]::text, true);
    elsif tenant <> organizations[n] then
      raise exception 'append_audit: the transaction belongs to another organization';
    end if;
    select h.seq, h.hash into head_seq, head_hash
      from audit_heads h where h.organization_id = organizations[n] for update;
    if not found then
      insert into audit_heads as h (organization_id, seq, hash)
        values (organizations[n], 0, sha256(convert_to('plugboard audit ' || organizations[n], 'UTF8')))
        on conflict on constraint audit_heads_pk do update set seq = h.seq
        returning h.seq, h.hash into head_seq, head_hash;
    end if;
    last := first + counts[n] - 1;
    hashes := null;
    for i in first .. last loop
      head_hash := sha256(head_hash || convert_to(records[i], 'UTF8'));
      hashes[i - first + 1] := head_hash;
    end loop;
    insert into audit_records (organization_id, seq, at, kind, call_id, agent_id, instance_id, record, hash)
      select organizations[n], head_seq + r.position, to_timestamp(r.at / 1000.0), r.kind,
             r.call_id, r.agent_id, r.instance_id, r.record, r.hash
      from unnest(
        ats[first : last], kinds[first : last], call_ids[first : last], agent_ids[first : last],
        instance_ids[first : last], records[first : last], hashes
      ) with ordinality as r (at, kind, call_id, agent_id, instance_id, record, hash, position);
    update audit_heads h set seq = head_seq + counts[n], hash = head_hash
      where h.organization_id = organizations[n];
    first := last + 1;
  end loop;
  if first <> total + 1 then
    raise exception 'append_audit: % lines for counts %', total, counts;
  end if;
  if tenant is null then
    setting := set_config('plugboard.organization_id', '', true);
  end if;
end $$;

-- What is in the log stays as it is, whoever asks.
create function refuse_change() returns trigger
  language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'insufficient_privilege';
end $$;
create trigger audit_records_append_only before update or delete or truncate on audit_records
  for each statement execute function refuse_change();
create trigger audit_checkpoints_append_only before update or delete or truncate on audit_checkpoints
  for each statement execute function refuse_change();

-- Row-level security, on every table with an organization.
do $$
declare
  t text;
begin
  foreach t in array array[
    'members', 'api_keys', 'owner_keys', 'toolboxes', 'instances', 'offerings', 'level_overrides',
    'agents', 'agent_tokens', 'grants', 'sessions', 'audit_heads', 'audit_records', 'audit_checkpoints'
  ] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format(
      'create policy tenant on %I using (organization_id = current_organization()) with check (organization_id = current_organization())',
      t);
  end loop;
end $$;

alter table organizations enable row level security;
alter table organizations force row level security;
create policy tenant on organizations
  using (id = current_organization()) with check (id = current_organization());

-- Anyone may list the directory; only within an organization may its entry be made or deleted, for
-- deleting it deletes all that the organization has.
alter table organization_directory enable row level security;
alter table organization_directory force row level security;
create policy listed on organization_directory for select using (true);
create policy tenant_insert on organization_directory for insert
  with check (id = current_organization());
create policy tenant_delete on organization_directory for delete
  using (id = current_organization());
