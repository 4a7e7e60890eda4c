import { readFileSync } from 'node:fs';

/** USER_HZ is 100 on every Linux that Node runs on: /proc/<pid>/stat counts in ticks of 10 ms. */
const TICK_MS = 10;

/** CPU time that a process and its threads have used, in user and kernel mode. */
export function cpuMs(pid: number): number {
  const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name, in brackets, may hold spaces. utime and stime are fields 14 and 15 of the line
  // (proc_pid_stat(5)), the 12th and 13th after the name.
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** Resident memory of a process. */
export function rssMiB(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  if (kib === undefined) throw new Error(`/proc/${pid}/status has no VmRSS`);
  return Number(kib) / 1024;
}
