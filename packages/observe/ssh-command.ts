/**
 * Everything that is ever run on another host, as fixed text: no name, path or number of ours or of the host's own becomes
 * part of a command. Each is one word list for `sh`, in single quotes, which every login shell hands on unread.
 */
export const SSH_COMMANDS = {
  ssTcp: "sh -c 'PATH=$PATH:/usr/sbin:/sbin exec ss -H -n -t -l -p -e'",
  ssUdp: "sh -c 'PATH=$PATH:/usr/sbin:/sbin exec ss -H -n -u -a -p -e'",
  // `grep ""` puts the file's name before each line, so that no process's name can forge a line of another's. That some
  // process ends meanwhile is no failure (status 2).
  processes:
    'sh -c \'LC_ALL=C; export LC_ALL; grep -s -H "^btime " /proc/stat; grep -s -H "^Uid:" /proc/[0-9]*/status; ' +
    'grep -s -H "" /proc/[0-9]*/stat /proc/[0-9]*/cgroup /etc/passwd; exit 0\'',
  dockerStdio: "sh -c 'exec docker system dial-stdio'",
  podmanStdio: "sh -c 'exec podman system dial-stdio'",
} as const

export type SshCommand = keyof typeof SSH_COMMANDS
