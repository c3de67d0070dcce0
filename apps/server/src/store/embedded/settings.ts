/**
 * The server's settings: durable, small, and without parts that one application on one machine has
 * no use for (replication, parallel workers, just-in-time compilation).
 */
export function serverSettings(
  majorVersion: number,
  more: Readonly<Record<string, string>>,
): readonly string[] {
  const settings: Readonly<Record<string, string>> = {
    cluster_name: 'plugboard',
    listen_addresses: '',
    unix_socket_permissions: '0700',
    max_connections: '40',
    password_encryption: 'scram-sha-256',

    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    wal_level: 'minimal',
    max_wal_senders: '0',
    max_wal_size: '512MB',
    checkpoint_timeout: '15min',

    shared_buffers: '48MB',
    huge_pages: 'off',
    jit: 'off',
    ...(majorVersion >= 18 && { io_method: 'sync' }),
    max_worker_processes: '4',
    max_parallel_workers_per_gather: '0',
    max_logical_replication_workers: '0',
    autovacuum_max_workers: '2',

    timezone: 'UTC',
    log_timezone: 'UTC',
    lc_messages: 'C',
    log_destination: 'stderr',
    logging_collector: 'off',
    log_line_prefix: '',
    log_checkpoints: 'off',
    // Statements may hold what a log must not.
    log_min_error_statement: 'panic',
    log_parameter_max_length_on_error: '0',
    update_process_title: 'off',
    ...more,
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
