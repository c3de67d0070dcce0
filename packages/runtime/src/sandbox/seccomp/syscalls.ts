/** Numbers of one system call; absent where the architecture does not have it. */
interface SyscallNumbers {
  readonly x64?: number;
  readonly arm64?: number;
}

const both = (x64: number, arm64 = x64): Required<SyscallNumbers> => ({ x64, arm64 });
const onlyX64 = (x64: number): SyscallNumbers => ({ x64 });

/** Calls that no server needs and that reach beyond it; answered with EPERM. */
export const deniedSyscalls: Readonly<Record<string, SyscallNumbers>> = {
  // Other processes' memory and handles.
  ptrace: both(101, 117),
  process_vm_readv: both(310, 270),
  process_vm_writev: both(311, 271),
  process_madvise: both(440),
  process_mrelease: both(448),
  kcmp: both(312, 272),
  pidfd_getfd: both(438),
  move_pages: both(279, 239),
  // Mounts and namespaces.
  mount: both(165, 40),
  umount2: both(166, 39),
  pivot_root: both(155, 41),
  chroot: both(161, 51),
  open_tree: both(428),
  open_tree_attr: both(467),
  move_mount: both(429),
  fsopen: both(430),
  fsconfig: both(431),
  fsmount: both(432),
  fspick: both(433),
  mount_setattr: both(442),
  setns: both(308, 268),
  open_by_handle_at: both(304, 265),
  fanotify_init: both(300, 262),
  quotactl: both(179, 60),
  quotactl_fd: both(443),
  // Parts of the kernel with a long history of holes.
  add_key: both(248, 217),
  request_key: both(249, 218),
  keyctl: both(250, 219),
  bpf: both(321, 280),
  perf_event_open: both(298, 241),
  userfaultfd: both(323, 282),
  io_uring_setup: both(425),
  io_uring_enter: both(426),
  io_uring_register: both(427),
  modify_ldt: onlyX64(154),
  uselib: onlyX64(134),
  ustat: onlyX64(136),
  sysfs: onlyX64(139),
  sysctl: onlyX64(156),
  lookup_dcookie: both(212, 18),
  nfsservctl: both(180, 42),
  // The machine itself.
  init_module: both(175, 105),
  finit_module: both(313, 273),
  delete_module: both(176, 106),
  create_module: onlyX64(174),
  get_kernel_syms: onlyX64(177),
  query_module: onlyX64(178),
  kexec_load: both(246, 104),
  kexec_file_load: both(320, 294),
  reboot: both(169, 142),
  swapon: both(167, 224),
  swapoff: both(168, 225),
  acct: both(163, 89),
  syslog: both(103, 116),
  vhangup: both(153, 58),
  iopl: onlyX64(172),
  ioperm: onlyX64(173),
  sethostname: both(170, 161),
  setdomainname: both(171, 162),
  settimeofday: both(164, 170),
  clock_settime: both(227, 112),
  clock_adjtime: both(305, 266),
};

/** Calls whose arguments decide. */
export const inspectedSyscalls = {
  clone: both(56, 220),
  clone3: both(435),
  unshare: both(272, 97),
  ioctl: both(16, 29),
  personality: both(135, 92),
  socket: both(41, 198),
} as const satisfies Record<string, SyscallNumbers>;
