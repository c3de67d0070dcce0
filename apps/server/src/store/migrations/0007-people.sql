-- Previous server version may still run: new columns have defaults, new tables are its strangers.
--
-- People sign in once for all organizations that they are members of, so what they sign in with
-- belongs to no organization; better-auth reads and writes these tables.

create table users (
  id uuid constraint users_pk primary key,
  name text not null,
  -- In lower case.
  email text not null constraint users_email_key unique,
  email_verified boolean not null default false,
  image text,
  two_factor_enabled boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table user_sessions (
  id uuid constraint user_sessions_pk primary key,
  user_id uuid not null constraint user_sessions_user_fk references users (id) on delete cascade,
  token text not null constraint user_sessions_token_key unique,
  -- The organization that they act in.
  active_organization_id uuid,
  ip_address text,
  user_agent text,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index user_sessions_user_idx on user_sessions (user_id);

create table user_accounts (
  id uuid constraint user_accounts_pk primary key,
  user_id uuid not null constraint user_accounts_user_fk references users (id) on delete cascade,
  -- credential for a password, else the provider's id.
  provider_id text not null,
  account_id text not null,
  -- A hash.
  password text,
  access_token text,
  refresh_token text,
  id_token text,
  access_token_expires_at timestamptz,
  refresh_token_expires_at timestamptz,
  scope text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint user_accounts_provider_key unique (provider_id, account_id)
);
create index user_accounts_user_idx on user_accounts (user_id);

create table user_verifications (
  id uuid constraint user_verifications_pk primary key,
  identifier text not null,
  value text not null,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index user_verifications_identifier_idx on user_verifications (identifier);
create index user_verifications_expires_idx on user_verifications (expires_at);

-- A member is a user in an organization; one without a user acts through API keys alone.
alter table members
  add column user_id uuid constraint members_user_fk references users (id) on delete set null,
  add column suspended_at timestamptz,
  -- How the membership came about.
  add column source text not null default 'invitation'
    constraint members_source_check check (source in ('invitation', 'sso', 'scim')),
  add constraint members_user_key unique (organization_id, user_id);
create index members_user_idx on members (user_id);

create table invitations (
  id uuid constraint invitations_pk primary key,
  organization_id uuid not null constraint invitations_organization_fk references organizations (id) on delete cascade,
  email text not null,
  role text not null constraint invitations_role_check check (role in ('owner', 'admin', 'member', 'auditor')),
  -- The member that it is for, when there is one already.
  member_id uuid,
  hash bytea not null constraint invitations_hash_length check (length(hash) = 32),
  invited_by uuid,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  accepted_at timestamptz,
  revoked_at timestamptz,
  constraint invitations_hash_key unique (organization_id, hash),
  constraint invitations_member_fk foreign key (organization_id, member_id)
    references members (organization_id, id) on delete cascade
);
create index invitations_member_idx on invitations (organization_id, member_id);
create index invitations_created_idx on invitations (organization_id, created_at);

do $$
declare
  t text;
begin
  foreach t in array array['invitations'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format(
      'create policy tenant on %I using (organization_id = current_organization()) with check (organization_id = current_organization())',
      t);
  end loop;
end $$;

-- Work for an organization sees of people its own members alone, and nothing that they sign in with.
alter table users enable row level security;
alter table users force row level security;
create policy people on users
  using (current_organization() is null) with check (current_organization() is null);
create policy members_seen on users for select using (
  exists (select from members m where m.organization_id = current_organization() and m.user_id = users.id)
);

do $$
declare
  t text;
begin
  foreach t in array array['user_sessions', 'user_accounts', 'user_verifications'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format(
      'create policy people on %I using (current_organization() is null) with check (current_organization() is null)',
      t);
  end loop;
end $$;
