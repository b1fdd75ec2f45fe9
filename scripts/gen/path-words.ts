// Writes assembly/core/generated/path-words.ts: what the segments of a path that a value reaches say about it. Paths are lower-case
// and joined with "/"; an extension is entered with its dot. Lay-outs of the systems: hier(7), the Filesystem Hierarchy
// Standard 3.0, and the manuals of the servers.
//
// Run: npx tsx scripts/gen/path-words.ts
import { writeTable, type WordClasses } from "./word-table.ts";

const below = (directory: string, names: string): string =>
  names
    .split(" ")
    .map((name) => `${directory}/${name}`)
    .join(" ");

const CLASSES: WordClasses = {
  /** Begin a path to what only the machine's owner reads, looked up with one, two and three segments. */
  SYSTEM: [
    below(
      "etc",
      "passwd passwd- shadow shadow- group group- gshadow hosts hosts.allow hosts.deny hosts.equiv issue issue.net motd my.cnf " +
        "mysql ssh apache apache2 nginx httpd httpsd http crontab cron.d fstab vfstab sudoers sudoers.d environment php php.ini php.d php4 " +
        "php5 php7 php4.4 php.5.1 php7.0 php7.4 php8 ftpchroot ftpaccess ftphosts ftpusers proftpd proftpd.conf proftp.conf protpd samba " +
        "redhat-release debian_version debian_config resolv.conf init.d hostname system mailman profile lighttpd " +
        "master.passwd security os-release lsb-release inetd.conf xinetd.conf rc.conf rc.local rc.d chrootusers vhcs2 wu-ftpd " +
        "pure-ftpd pure-ftpd.conf pureftpd pureftpd.pdb pureftpd.passwd pureftpd.conf vsftpd vsftpd.conf vsftpd.chroot_list logrotate.d " +
        "logrotate.conf logwatch syslog.conf syslog-ng rsyslog.conf exports mtab network networks sysconfig bashrc bash.bashrc " +
        "updatedb.conf ldap ldap.conf openldap snmp kubernetes release subuid subuid- subgid utmp wtmp rpc mail aliases apt make.conf ca " +
        "default protocols services shells modules.conf kbd sysctl.conf securetty termcap ppp pam.conf pam.d login.defs cups " +
        "cups/cupsd.conf dhcp dhcpd.conf dovecot exim exim4 postfix sendmail.cf mandrake-release slackware-version suse-release gentoo-release " +
        "fedora-release centos-release alpine-release issue.bak opt/jboss tomcat mongod.conf redis redis.conf postgresql elasticsearch grafana " +
        "openvpn machine-id x11 docker muddleftpd muddleftpd.com bootptab clamav gdm inittab ld.so.conf lilo.conf manpath.config " +
        "netconfig nsswitch.conf xtables phpmyadmin webmin",
    ),
    below(
      "proc",
      "self version cpuinfo net mounts cmdline meminfo filesystems interrupts ioports modules stat swaps sched_debug " +
        "partitions loadavg devices uptime config.gz 1 2 sys mdstat",
    ),
    below(
      "var",
      "log logs mail adm apache apache2 cpanel htmp nm2 webmin spool/cron lib/mysql lib/mlocate lib/mlocate.db run/secrets local/www run/utmp " +
        "www/logs www/log www/conf www/html/wp-config.php www/.htpasswd mysql backups",
    ),
    "root/.ssh root/.bash_history root/.bashrc root/.profile root/.mysql_history root/.aws root/anaconda-ks.cfg " +
      "sys/class sys/class/net sys/kernel run/secrets dev/tcp dev/udp dev/random dev/urandom dev/zero dev/mem dev/kmem dev/sda " +
      "bin/sh bin/bash bin/cat bin/id bin/ls " +
      "usr/pkg usr/lib/security usr/lib/cron usr/lib/rpm usr/share/adduser usr/share/squirrelmail usr/local/cpanel usr/local/psa " +
      "usr/local/pureftpd usr/local/www/logs usr/local/apache usr/local/apache2 usr/local/apps usr/local/httpd usr/local/nginx usr/local/php " +
      "usr/local/php4 usr/local/php5 usr/local/mysql usr/local/pgsql usr/local/tomcat usr/local/zeus usr/local/etc/apache usr/local/etc/httpd",
    "windows/win.ini windows/system.ini windows/repair windows/panther windows/php.ini windows/my.ini windows/debug " +
      "windows/windowsupdate.log windows/explorer.exe windows/notepad.exe windows/system32/drivers/etc windows/system32/config " +
      "windows/system32/inetsrv windows/system32/cmd.exe windows/system32/calc.exe windows/system32/eula.txt windows/system32/license.rtf " +
      "windows/system32/logfiles windows/system32/drivers windows/win.in windows/iis.log windows/iis6.log windows/iis7.log windows/iis8.log " +
      "winnt/win.ini winnt/system32 winnt/repair winnt/php.ini winnt/my.ini winnt/system.ini winnt/desktop.ini " +
      "system32/inetsrv system32/config system32/drivers system32/cmd.exe boot.ini win.ini system.ini autoexec.bat pagefile.sys " +
      "ntuser.dat inetpub/logs inetpub/ftproot inetpub/wwwroot/global.asa inetpub/wwwroot/web.config inetpub/scripts inetpub/adminscripts " +
      "inetpub/mailroot unattend.xml unattend.txt unattended.xml sysprep.inf sysprep.xml sysprep/sysprep.xml sysprep/sysprep.inf " +
      "documents_and_settings/administrator users/administrator/ntuser.dat users/administrator/desktop appserv/mysql minint " +
      "xampp/phpmyadmin xampp/filezillaftp xampp/apache xampp/mysql xampp/php xampp/security xampp/tomcat xampp/logs wamp/logs wamp/bin " +
      "program_files/filezilla_server program_files/apache_group program_files/mysql program_files/xampp program_files/apache_software_foundation",
    "web-inf/web.xml web-inf/classes web-inf/lib web-inf/spring web-inf/config web-inf/applicationcontext.xml web-inf/struts-config.xml " +
      "web-inf/jboss-web.xml web-inf/weblogic.xml web-inf/conf web-inf/database.properties meta-inf/context.xml meta-inf/manifest.mf " +
      "meta-inf/maven meta-inf/web.xml",
    ".ssh/id_rsa .ssh/id_dsa .ssh/id_ecdsa .ssh/id_ed25519 .ssh/authorized_keys .ssh/known_hosts .git/config .git/head .git/index " +
      ".git/logs .aws/credentials .aws/config .svn/entries .svn/wc.db .docker/secrets .docker/config.json .kube/config " +
      ".gnupg/secring.gpg",
  ].join(" "),
  /** Names that give a path away by themselves, at its end. */
  SECRET:
    "boot.ini win.ini id_rsa id_dsa .htpasswd .bash_history .mysql_history .psql_history .git-credentials " +
    "access_log error_log ssl_log license_log tomcat-users.xml ntuser.dat web.config global.asa localstart.asp secring.gpg metabase.xml .pgpass .netrc autoexec.bat master.passwd",
  /** The same, where a step up or a directory of the system is before them: words of APIs too. */
  ACCOUNTS: "passwd shadow sam wp-config.php .history web.xml hosts",
  /** Logs and settings of servers, below a directory of the system or behind a step up. */
  LOGFILE:
    "access_log error_log ssl_log license_log wtmp utmp lastlog poplog rejectlog access_log. pure-config.pl phpinfo.php httpd.conf.php " +
    "httpd.conf.default httpd.conf.ftp php.ini.default sources.list",
  /** Settings of applications: behind a step up. */
  SETTINGS:
    ".htaccess .env appsettings.json local.xml settings.py database.yml config.xml config.yml application.yml prop.xml " +
    ".npmrc passwd.txt cmd.exe desktop.ini portal_inc.lua",
  /** Directories at the root of a system that no relative path of a project climbs to. */
  TOP: "etc proc usr windows winnt private volumes inetpub system32 web-inf meta-inf .ssh .aws .git .svn cgi-bin",
  /** The same, with names that projects use too. */
  WEAK_TOP:
    "var opt home root sys bin sbin boot lib tmp dev srv mnt apache apache2 xampp wamp mysql php php4 php5 appserv logs log nginx httpd",
  /** Extensions of settings and logs. */
  LOG: ".ini .conf .cnf .cfg .log .passwd .pdb .shadow .htpasswd .mdb .asa .errs .xferlog .inc .key .pem",
  /** Extensions of what a server runs or keeps to itself. */
  SCRIPT:
    ".php .php3 .php4 .php5 .php7 .phtml .asp .aspx .ashx .jsp .jspx .cfm .cgi .pl .lua .sql .bak .exe .bat .dll .config .properties " +
    ".dat .old .sam",
  /** Extensions of sources, pages and pictures: what relative paths in code lead to. */
  PUBLIC:
    ".ts .tsx .js .jsx .mjs .cjs .css .scss .sass .less .html .htm .md .mdx .png .jpg .jpeg .gif .svg .webp .ico .avif .woff .woff2 .ttf .otf .eot " +
    ".json .map .vue .svelte .go .rs .java .kt .c .h .cc .cpp .hpp .cs .py .rb .swift .m .mm .scala .txt .csv .pdf .mp3 .mp4 .webm .wasm " +
    ".proto .graphql .gql .toml .lock .tpl .hbs .ejs .pug .xaml .csproj .sln .gradle .dart .ex .exs .hs .ml .zig .sh .yaml .rst .adoc .ipynb .snap",
};

writeTable(CLASSES, "assembly/core/generated/path-words.ts", "scripts/gen/path-words.ts", "PATH", 2048);
