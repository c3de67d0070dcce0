-- Previous server version may still run: it takes each ended session for a change of everything, which
-- costs it what it cached.
--
-- Sessions of people end in many places, some of them in a library. Whoever streams to one must hear
-- of each end at once, on every node, and so the table itself tells: as the server's own change events
-- (store/events.ts), and by the session's id, which opens nothing.

create function tell_ended_session() returns trigger
  language plpgsql as $$
begin
  perform pg_notify('plugboard_changes',
    json_build_object('kind', 'signed_out', 'sessionId', old.id)::text);
  return null;
end $$;
create trigger user_sessions_tell_end after delete on user_sessions
  for each row execute function tell_ended_session();
