-- Previous server version may still run: it reads tokens by their hash, which OAuth grants have not.

-- What the authorization server keeps: clients, codes, tokens, grants, sessions. A client belongs to no organization.
create table oauth_records (
  -- The kind of record: AccessToken, RefreshToken, Client, …
  kind text not null,
  -- SHA-256 of its id, which for tokens and codes is the token itself.
  id_hash bytea not null,
  -- As JSON, sealed.
  payload bytea not null,
  grant_hash bytea,
  uid_hash bytea,
  user_code_hash bytea,
  expires_at timestamptz,
  consumed_at timestamptz,
  created_at timestamptz not null default now(),
  constraint oauth_records_pk primary key (kind, id_hash)
);
create index oauth_records_grant_idx on oauth_records (grant_hash) where grant_hash is not null;
create index oauth_records_uid_idx on oauth_records (uid_hash) where uid_hash is not null;
create index oauth_records_user_code_idx on oauth_records (user_code_hash) where user_code_hash is not null;
create index oauth_records_expires_idx on oauth_records (expires_at);

-- Whose own an agent is; null for one of the organization.
alter table agents
  add column member_id uuid,
  add constraint agents_member_fk foreign key (organization_id, member_id)
    references members (organization_id, id) on delete cascade;
create index agents_member_idx on agents (organization_id, member_id);

-- Up to which level members may give agents of their own a toolbox; null for not at all.
alter table toolboxes
  add column member_level text
    constraint toolboxes_member_level_check check (member_level in ('read', 'write', 'execute', 'admin'));

-- A row is a static token, or a grant that a client obtained by OAuth and holds changing tokens of.
alter table agent_tokens
  add column kind text not null default 'static'
    constraint agent_tokens_kind_check check (kind in ('static', 'oauth')),
  alter column hash drop not null,
  add column client_id text,
  add column client_name text,
  -- The person who permitted it, for whom the agent acts; null for one that acts for itself.
  add column member_id uuid,
  -- The endpoints it is for; null for all.
  add column resources text[],
  -- The toolboxes it is held to; null for all that the agent may use.
  add column toolbox_ids uuid[],
  add column last_used_at timestamptz,
  -- The row whose token it was exchanged for: it ends with that.
  add column parent_id uuid,
  add constraint agent_tokens_parent_fk foreign key (organization_id, parent_id)
    references agent_tokens (organization_id, id) on delete cascade,
  add constraint agent_tokens_kind_hash_check check ((kind = 'static') = (hash is not null)),
  add constraint agent_tokens_member_fk foreign key (organization_id, member_id)
    references members (organization_id, id) on delete cascade;
create index agent_tokens_member_idx on agent_tokens (organization_id, member_id);
create index agent_tokens_parent_idx on agent_tokens (organization_id, parent_id);

-- Clients with which an agent obtains tokens by itself (client_credentials).
create table agent_clients (
  organization_id uuid not null,
  client_id text not null,
  agent_id uuid not null,
  name text not null,
  -- SHA-256 of its secret; or its public keys as a JWK set.
  secret_hash bytea,
  jwks jsonb,
  -- The row of agent_tokens that its tokens stand for.
  token_id uuid not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  revoked_at timestamptz,
  constraint agent_clients_pk primary key (organization_id, client_id),
  constraint agent_clients_method_check check ((secret_hash is null) <> (jwks is null)),
  constraint agent_clients_agent_fk foreign key (organization_id, agent_id)
    references agents (organization_id, id) on delete cascade,
  constraint agent_clients_token_fk foreign key (organization_id, token_id)
    references agent_tokens (organization_id, id) on delete cascade
);
create index agent_clients_agent_idx on agent_clients (organization_id, agent_id);
create index agent_clients_token_idx on agent_clients (organization_id, token_id);

call keep_to_tenant('agent_clients');

-- Work for an organization has no business with tokens and codes.
alter table oauth_records enable row level security;
alter table oauth_records force row level security;
create policy people on oauth_records
  using (current_organization() is null) with check (current_organization() is null);
