"""System calls by name, with their numbers on x86-64 and aarch64.

``-`` marks one that the architecture does not have. ALLOWED are let through whatever their
arguments; JUDGED are looked at by seccomp.py one by one. Whatever stands in neither answers
ENOSYS, as if the kernel had never had it, and libraries fall back to what they did before.

Left out on purpose, because no other layer stops them on every kernel:

- chmod, chown, utime*, *xattr, truncate: Landlock does not see modes, owners, times and attributes
  at all, and truncate(2) only since ABI 3. A folder without rights is as lost as a deleted one.
- openat2: its flags lie behind a pointer, where a filter cannot read them.
- link, symlink, mknod: a second name for a file outlives the run.
- connect, bind, listen, accept: UDP, Unix and netlink sockets are no business of Landlock's.
- ptrace, process_vm_*, pidfd_*, kcmp, perf_event_open: looking into and reaching for the judge.
- setsid, setpgid, unshare, mount, setns, chroot: leaving the place where the zygote finds us.
- memfd_create, shm*, msg*, sem*, keyctl: memory and messages that no limit of ours counts.
- io_uring*, bpf, userfaultfd: system calls by another door.
- setsockopt, recvmmsg, splice, vmsplice, inotify, fanotify, mincore: kernel surface that no lesson
  needs.
"""

from __future__ import annotations

_ALLOWED = """
read 0 63            write 1 64           close 3 57           fstat 5 80
lseek 8 62           mmap 9 222           mprotect 10 226      munmap 11 215
brk 12 214           rt_sigaction 13 134  rt_sigprocmask 14 135
rt_sigreturn 15 139  pread64 17 67        pwrite64 18 68       readv 19 65
writev 20 66         mremap 25 216        msync 26 227         madvise 28 233
futex 202 98         newfstatat 262 79    clock_gettime 228 113
stat 4 -             lstat 6 -            poll 7 -             access 21 -
pipe 22 -            select 23 -          dup2 33 -            pause 34 -
alarm 37 -           rename 82 -          mkdir 83 -           rmdir 84 -
unlink 87 -          readlink 89 -        getpgrp 111 -        arch_prctl 158 -
time 201 -           epoll_create 213 -   epoll_wait 232 -     eventfd 284 -
sched_yield 24 124   dup 32 23            nanosleep 35 101     getitimer 36 102
setitimer 38 103     getpid 39 172        sendfile 40 71       recvfrom 45 207
sendmsg 46 211       recvmsg 47 212       shutdown 48 210      getsockname 51 204
getpeername 52 205   getsockopt 55 209    exit 60 93           wait4 61 260
uname 63 160         flock 73 32          fsync 74 82          fdatasync 75 83
ftruncate 77 46      getcwd 79 17         chdir 80 49          fchdir 81 50
umask 95 166         gettimeofday 96 169  getrlimit 97 163     getrusage 98 165
sysinfo 99 179       times 100 153        getuid 102 174       getgid 104 176
geteuid 107 175      getegid 108 177      getppid 110 173      getgroups 115 158
getresuid 118 148    getresgid 120 150    getpgid 121 155      getsid 124 156
rt_sigpending 127 136                     rt_sigtimedwait 128 137
rt_sigsuspend 130 133                     sigaltstack 131 132  statfs 137 43
fstatfs 138 44       sched_getparam 143 121                    sched_getscheduler 145 120
sched_get_priority_max 146 125            sched_get_priority_min 147 126
setrlimit 160 164    gettid 186 178       sched_getaffinity 204 123
getdents64 217 61    set_tid_address 218 96                    restart_syscall 219 128
fadvise64 221 223    timer_create 222 107 timer_settime 223 110
timer_gettime 224 108                     timer_getoverrun 225 109
timer_delete 226 111 clock_getres 229 114 clock_nanosleep 230 115
exit_group 231 94    epoll_ctl 233 21     mbind 237 235        get_mempolicy 239 236
waitid 247 95        mkdirat 258 34       unlinkat 263 35      renameat 264 38
readlinkat 267 78    faccessat 269 48     pselect6 270 72      ppoll 271 73
set_robust_list 273 99                    get_robust_list 274 100
epoll_pwait 281 22   timerfd_create 283 85                     fallocate 285 47
timerfd_settime 286 86                    timerfd_gettime 287 87
eventfd2 290 19      epoll_create1 291 20 dup3 292 24          pipe2 293 59
preadv 295 69        pwritev 296 70       getcpu 309 168       renameat2 316 276
getrandom 318 278    membarrier 324 283   mlock2 325 284       copy_file_range 326 285
preadv2 327 286      pwritev2 328 287     statx 332 291        rseq 334 293
close_range 436 436  faccessat2 439 439   epoll_pwait2 441 441 futex_waitv 449 449
"""

_JUDGED = """
openat 257 56        ioctl 16 29          fcntl 72 25          socket 41 198
socketpair 53 199    sendto 44 206        clone 56 220         clone3 435 435
fork 57 -            vfork 58 -           execve 59 221        execveat 322 281
kill 62 129          tgkill 234 131       prctl 157 167        prlimit64 302 261
sched_setaffinity 203 122
"""

MACHINES = {"x86_64": 0, "amd64": 0, "aarch64": 1, "arm64": 1}


def _table(text: str, column: int) -> dict[str, int]:
    words = text.split()
    rows = zip(words[::3], words[1::3], words[2::3], strict=True)
    return {name: int(numbers[column]) for name, *numbers in rows if numbers[column] != "-"}


def allowed(machine: str) -> dict[str, int]:
    """Name to number of what is always let through. KeyError for a machine without a table."""
    return _table(_ALLOWED, MACHINES[machine])


def judged(machine: str) -> dict[str, int]:
    """Name to number of what depends on its arguments. KeyError for a machine without a table."""
    return _table(_JUDGED, MACHINES[machine])
