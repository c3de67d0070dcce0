-- Previous server version may still run: new tables are its strangers.
--
-- A directory (SCIM, RFC 7643 and 7644) makes, suspends and removes members of one organization.

create table scim_tokens (
  id uuid constraint scim_tokens_pk primary key,
  organization_id uuid not null constraint scim_tokens_organization_fk references organizations (id) on delete cascade,
  name text not null,
  hash bytea not null constraint scim_tokens_hash_length check (length(hash) = 32),
  -- The last four characters.
  hint text not null,
  created_by uuid,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  revoked_at timestamptz,
  last_used_at timestamptz,
  constraint scim_tokens_hash_key unique (organization_id, hash)
);

-- What the directory says of a member whom it made, or was let take over.
create table scim_users (
  id uuid constraint scim_users_pk primary key,
  organization_id uuid not null,
  member_id uuid not null,
  user_name text not null,
  external_id text,
  display_name text,
  formatted_name text,
  given_name text,
  family_name text,
  email text not null,
  -- The role that the directory gave: one that was set by hand since is not the directory's to change.
  given_role text constraint scim_users_role_check check (given_role in ('owner', 'admin', 'member', 'auditor')),
  -- When the directory suspended them: it takes back its own suspension and nobody else's.
  suspended_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint scim_users_organization_key unique (organization_id, id),
  constraint scim_users_member_key unique (organization_id, member_id),
  constraint scim_users_member_fk foreign key (organization_id, member_id)
    references members (organization_id, id) on delete cascade
);
create unique index scim_users_user_name_key on scim_users (organization_id, lower(user_name));
create unique index scim_users_external_id_key on scim_users (organization_id, external_id);

create table scim_groups (
  id uuid constraint scim_groups_pk primary key,
  organization_id uuid not null constraint scim_groups_organization_fk references organizations (id) on delete cascade,
  display_name text not null,
  external_id text,
  -- What an owner of the organization said that the group's members are; the directory cannot say it.
  role text constraint scim_groups_role_check check (role in ('owner', 'admin', 'member', 'auditor')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint scim_groups_organization_key unique (organization_id, id)
);
create unique index scim_groups_name_key on scim_groups (organization_id, lower(display_name));
create unique index scim_groups_external_id_key on scim_groups (organization_id, external_id);

create table scim_group_members (
  organization_id uuid not null,
  group_id uuid not null,
  scim_user_id uuid not null,
  constraint scim_group_members_pk primary key (organization_id, group_id, scim_user_id),
  constraint scim_group_members_group_fk foreign key (organization_id, group_id)
    references scim_groups (organization_id, id) on delete cascade,
  constraint scim_group_members_user_fk foreign key (organization_id, scim_user_id)
    references scim_users (organization_id, id) on delete cascade
);
create index scim_group_members_user_idx on scim_group_members (organization_id, scim_user_id);

call keep_to_tenant('scim_tokens', 'scim_users', 'scim_groups', 'scim_group_members');
