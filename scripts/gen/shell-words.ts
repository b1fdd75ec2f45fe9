// Writes assembly/core/generated/shell-words.ts: commands of POSIX systems and Windows that injections run, by what proves
// that the word is meant as a command.
//
// Run: npx tsx scripts/gen/shell-words.ts
import { writeTable, type WordClasses } from "./word-table.ts";

const CLASSES: WordClasses = {
  /** Names of nothing but a command: behind a separator with any argument. */
  RARE:
    "aa-disable aa-enforce aa-complain aa-teardown ansible-playbook ansible-galaxy ansible-vault ansible-console ansible-doc " +
    "ansible-config ansible-inventory ansible-pull chef-client chef-run chef-shell chef-vault chef-solo cscli bcdboot",
  /** Prove themselves: no other use of the word is likely after a separator. */
  PLAIN:
    "whoami uname ifconfig ipconfig netstat pwd ls ps sysinfo systeminfo printenv lscpu lsb_release tasklist " +
    "lsof vmstat dmesg ipcs arp nbtstat dir hostname id phpinfo htop lastlog lastlogin visudo vigr vipw lsblk lsmod lspci lsusb blkid " +
    "getfacl pstree uptime.exe logname sudoedit rmt rmt-tar rmt-dump aptitude ipcalc nproc free.exe systemd-resolve " +
    "journalctl timedatectl hostnamectl loginctl bcdboot bcdedit regedit tasklist.exe ver.exe calc.exe notepad.exe mspaint.exe",
  /** Also words of prose or names of fields: only with a flag or path. */
  FIELD:
    "date who users last set uptime w df du ip route ver vol history finger at jobs groups cd reboot shutdown halt poweroff",
  /** Only with an argument that is no word: a path, a flag, a number, an address. */
  TOOL:
    "curl wget nc ncat netcat ping ping6 nslookup dig host traceroute tracert telnet ftp tftp ssh scp rsync powershell pwsh " +
    "cmd cmd.exe powershell.exe bash sh zsh ksh dash ash csh tcsh fish perl python python2 python3 ruby php node lua gcc cc " +
    "awk gawk sed xxd base64 openssl socat nmap certutil bitsadmin mshta rundll32 regsvr32 " +
    "cscript wscript taskkill chmod chown chgrp crontab useradd adduser usermod passwd sudo su rm cp mv mkdir rmdir " +
    "touch tar gzip gunzip unzip zip dd mount umount mkfs iptables service systemctl kill killall pkill cat tac head tail " +
    "more less nl type strings grep egrep fgrep find sort uniq od hexdump cut paste rev echo printf sleep usleep " +
    "export source eval which whereis locate file stat readlink tee copy del erase attrib start call " +
    "findstr screen script expect vi vim ed emacs nano make git svn apt apt-get yum apk dpkg rpm pip npm gem " +
    "mail sendmail lynx links fetch axel aria2c gdb install ln diff cmp wc expr let alias unset trap bitsadmin.exe " +
    "bsdtar bzip2 xz unxz xzcat zcat bzcat zstd zstdcat zgrep gzip lzma unlzma base32 basenc column comm fold expand unexpand shuf split csplit " +
    "join ul pr fmt nroff dialog whiptail gawk mawk nawk ed.exe ex view vimdiff rvim pico mknod mkfifo busctl c89 c99 g++ clang cobc gcore gimp ghc ghci go julia jjs jrunscript " +
    "java javac kubectl ksshell latex logsave loginctl lwp-download lwp-request mosquitto mysql sqlite3 psql redis-cli mongo octave openvpn pdb pexec php7 php8 " +
    "posh rake restic rlogin rpmquery rsync run-parts rview sash scanmem setarch sftp socat ss ssh-keygen ssh-keyscan start-stop-daemon sysctl " +
    "tclsh tcpdump tftp tmux torify torsocks troff tshark unsquashfs uudecode uuencode varnishncsa wish xelatex xmodmap xpad yelp zsoelim docker " +
    "ansible ansible-playbook ansible-galaxy ansible-vault ansible-console ansible-doc ansible-config ansible-inventory ansible-pull chef-client chef-run " +
    "chef-shell chef-vault cscli bridge perf irb gem bundle cpan iwr irm iex iwmi icm saps invoke-webrequest invoke-expression " +
    "invoke-restmethod invoke-command invoke-wmimethod start-process new-object get-content get-childitem get-process set-executionpolicy " +
    "add-mppreference set-mppreference start-bitstransfer msiexec forfiles wevtutil vssadmin nltest dsquery qwinsta " +
    "certutil.exe ping.exe net.exe whoami.exe ipconfig.exe choice waitfor",
  /** Run what follows them. */
  PREFIX:
    "nohup time strace ltrace exec command builtin xargs timeout setsid nice ionice stdbuf watch env taskset unshare chroot flock cpulimit busybox",
  /** With any argument. */
  NET: "net netsh reg sc getent wmic schtasks",
  /** Functions of scripting languages that run commands; a parenthesis follows. */
  CALL: "system passthru shell_exec popen proc_open pcntl_exec",
};

writeTable(CLASSES, "assembly/core/generated/shell-words.ts", "scripts/gen/shell-words.ts", "SHELL", 1024);
