// Writes assembly/core/generated/url-words.ts: what schemes, hosts and first path segments of a URL mean to whoever
// makes a server fetch it or a browser go there. A scheme is entered with its ":", a path segment with the "/" before it; hosts are looked
// up whole and by each of their suffixes.
//
// Hosts of metadata services: the documentation of AWS, Google Cloud, Azure, Oracle, Alibaba, Tencent, Equinix,
// DigitalOcean, Rancher and Kubernetes. Names that resolve to an address written in them or to loopback: the services' own pages.
//
// Run: npx tsx scripts/gen/url-words.ts
import { writeTable, type WordClasses } from "./word-table.ts";

const CLASSES: WordClasses = {
  WEB: "http: https: ftp: ftps: ws: wss:",
  FILE: "file: netdoc: local_file:",
  /** Speak other protocols, or read what is no resource of the web: no client of an API sends them. */
  SMUGGLE: "gopher: gophers: dict: tftp: jar: netdoc: ldapi: finger: wais: jmx: lucene: scgi: fcgi: uwsgi:",
  /** Ordinary in settings, an attack when they lead to this machine. */
  OTHER:
    "ldap: ldaps: sftp: telnet: smtp: smtps: imap: imaps: pop3: rtsp: mysql: redis: tcp: udp: rmi: iiop:",
  /** Streams of PHP and other languages that run or read something. */
  WRAPPER:
    "phar: expect: zip: zlib: bzip2: glob: ogg: rar: ssh2: ssh2.sftp: ssh2.exec: ssh2.shell: compress.zlib: compress.bzip2: " +
    "php.filter:",
  /** Addresses that run script in a browser. */
  SCRIPT: "javascript: vbscript: data:",
  LOOPBACK:
    "localhost localhost.localdomain localhost4 localhost6 localhost4.localdomain4 localhost6.localdomain6 ip6-localhost " +
    "ip6-loopback ipv6-localhost ipv6-loopback localdomain",
  METADATA:
    "metadata.google.internal metadata.google metadata.goog instance-data instance-data.ec2.internal metadata.tencentyun.com " +
    "metadata.packet.net metadata.platformequinix.com metadata.oraclecloud.com metadata.nicp.io metadata.azure.internal " +
    "metadata.service.consul rancher-metadata rancher-metadata.rancher.internal kubernetes.default kubernetes.default.svc " +
    "kubernetes.default.svc.cluster.local kubernetes.docker.internal host.docker.internal gateway.docker.internal " +
    "metadata.internal",
  /** Resolve to loopback, or first to one address and then to another. */
  REBIND:
    "localtest.me lvh.me vcap.me lacolhost.com localdomain.pw 1u.ms rbndr.us rebind.network 127-0-0-1.org.uk " +
    "spoofed.burpcollaborator.net bugbounty.dod.network localho.st yoogle.com fuf.me fbi.com.localhost r3dir.me 7f000001.io",
  /** Resolve to the address that is part of the name. */
  EMBED: "nip.io sslip.io xip.io xip.name xip6.io nip.name sslip.name traefik.me",
  /** First segments of paths that only operators of a machine use. */
  ADMIN:
    "/server-status /server-info /admin /actuator /manager /_cat /_cluster /_nodes /containers /solr /secret /secrets " +
    "/console /jmx /jmx-console /wp-admin /phpmyadmin /.env /private /internal /2018-06-01 /latest /metadata /computemetadata " +
    "/v1.24 /druid /jenkins /script /etcd",
  /** Segments that a path of a metadata service begins with. */
  METADATA_PATH:
    "/latest/meta-data /latest/user-data /latest/dynamic /latest/api/token /computemetadata/v1 /computemetadata/v1beta1 " +
    "/metadata/v1 /metadata/v1.json /metadata/instance /metadata/identity /opc/v1/instance /opc/v2/instance /opc/v1 /opc/v2 " +
    "/openstack/latest /hetzner/v1/metadata /2009-04-04/meta-data /v2/credentials",
  /** Top-level domains that end hosts, never names of files or members: IANA's root zone, and RFC 2606. */
  TOP:
    "com net org edu gov mil biz xyz online site website space store tech live life fun pro top icu club shop cloud dev app " +
    "host press link click work world today email agency digital media network news blog systems services solutions " +
    "tld test example invalid localhost io me co uk us eu de fr nl ru cn jp br in it es ch se no fi dk be at au ca nz mx " +
    "ar cl kr tw hk sg my th vn ph tr ir il za ng ke ua cz sk hu ro bg gr pt ie lt lv ee tk ml ga cf gq cc tv ws su sh ly gg to xn",
};

writeTable(CLASSES, "assembly/core/generated/url-words.ts", "scripts/gen/url-words.ts", "URL", 512);
