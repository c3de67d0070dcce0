-- Previous server version may still run: new columns have defaults, new tables are its strangers.

-- Which era the server speaks, found out at its last start; null until then.
alter table instances add column era text
  constraint instances_era_check check (era in ('legacy', 'modern'));

-- Whether it ever asked something of a client (sampling, elicitation, roots): from then on clients
-- that can answer get a connection of their own.
alter table instances add column asks_clients boolean not null default false;

-- URIs that the client subscribed to, as it named them.
alter table sessions add column subscriptions jsonb not null default '[]';

-- What must reach a legacy session wherever it is held: answers of its client to servers' requests,
-- messages to its client, and events of streams that broke, kept for a client that comes back.
-- Rows live for minutes.
create table session_messages (
  id uuid constraint session_messages_pk primary key,
  organization_id uuid not null,
  id_hash bytea not null,
  -- The stream that it belongs to; null for mail between nodes.
  stream text,
  -- Ascending in a stream.
  seq integer not null default 0,
  -- answer: from the client. message: to the client. event: of a stream; last: its last one.
  kind text not null constraint session_messages_kind_check check (kind in ('answer', 'message', 'event', 'last')),
  -- One JSON-RPC message, byte for byte.
  body bytea not null,
  created_at timestamptz not null default now(),
  constraint session_messages_session_fk foreign key (organization_id, id_hash)
    references sessions (organization_id, id_hash) on delete cascade
);
create index session_messages_session_idx on session_messages (organization_id, id_hash, stream, seq);
create index session_messages_created_idx on session_messages (organization_id, created_at);

-- Which agent a task belongs to (io.modelcontextprotocol/tasks): nobody else may see or touch it.
create table tasks (
  organization_id uuid not null,
  instance_id uuid not null,
  -- The server's own id of the task.
  task_id text not null,
  agent_id uuid not null,
  created_at timestamptz not null default now(),
  constraint tasks_pk primary key (organization_id, instance_id, task_id),
  constraint tasks_instance_fk foreign key (organization_id, instance_id)
    references instances (organization_id, id) on delete cascade,
  constraint tasks_agent_fk foreign key (organization_id, agent_id)
    references agents (organization_id, id) on delete cascade
);
create index tasks_agent_idx on tasks (organization_id, agent_id);
create index tasks_created_idx on tasks (organization_id, created_at);

do $$
declare
  t text;
begin
  foreach t in array array['session_messages', 'tasks'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format(
      'create policy tenant on %I using (organization_id = current_organization()) with check (organization_id = current_organization())',
      t);
  end loop;
end $$;
