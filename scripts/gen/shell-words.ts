// Writes assembly/core/generated/shell-words.ts: commands of POSIX systems and Windows that injections run, by what proves
// that the word is meant as a command.
//
// Run: npx tsx scripts/gen/shell-words.ts
import { writeTable, type WordClasses } from "./word-table.ts";

const CLASSES: WordClasses = {
  /** Prove themselves: no other use of the word is likely after a separator. */
  PLAIN:
    "whoami uname ifconfig ipconfig netstat pwd ls ps sysinfo systeminfo printenv lscpu lsb_release tasklist " +
    "lsof vmstat dmesg ipcs arp nbtstat dir hostname id phpinfo",
  /** Also words of prose or names of fields: only with a flag or path. */
  FIELD: "date time who users last set env uptime w df du ip route ver vol history finger at jobs groups",
  /** Only with an argument that is no word: a path, a flag, a number, an address. */
  TOOL:
    "curl wget nc ncat netcat ping ping6 nslookup dig host traceroute tracert telnet ftp tftp ssh scp rsync powershell pwsh " +
    "cmd cmd.exe powershell.exe bash sh zsh ksh dash ash csh tcsh fish perl python python2 python3 ruby php node lua gcc cc " +
    "awk gawk sed xxd base64 openssl busybox socat nmap certutil bitsadmin mshta rundll32 regsvr32 wmic schtasks " +
    "cscript wscript taskkill chmod chown chgrp crontab useradd adduser usermod passwd sudo su rm cp mv mkdir rmdir " +
    "touch tar gzip gunzip unzip zip dd mount umount mkfs iptables service systemctl kill killall pkill cat tac head tail " +
    "more less nl type strings grep egrep fgrep find sort uniq od hexdump cut paste rev echo printf sleep timeout usleep " +
    "export source eval exec which whereis locate file stat readlink tee xargs copy del erase attrib start call " +
    "findstr nohup setsid screen script expect vi vim ed emacs nano make git svn apt apt-get yum apk dpkg rpm pip npm gem " +
    "mail sendmail lynx links fetch axel aria2c gdb strace install ln diff cmp wc expr let alias unset trap bitsadmin.exe " +
    "certutil.exe ping.exe net.exe whoami.exe ipconfig.exe choice waitfor",
  /** With any argument. */
  NET: "net netsh reg sc getent",
  /** Functions of scripting languages that run commands; a parenthesis follows. */
  CALL: "system passthru shell_exec popen proc_open pcntl_exec",
};

writeTable(CLASSES, "assembly/core/generated/shell-words.ts", "scripts/gen/shell-words.ts", "SHELL", 512);
