package host

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
)

var update = flag.Bool("update", false, "write the golden files anew")

// corpus lists the transcripts of testdata/corpus, by the name of the distribution.
func corpus(t testing.TB) map[string]string {
	t.Helper()
	files, err := filepath.Glob("testdata/corpus/*.txt")
	require.NoError(t, err)
	found := map[string]string{}
	for _, file := range files {
		body, err := os.ReadFile(file)
		require.NoError(t, err)
		found[strings.TrimSuffix(filepath.Base(file), ".txt")] = string(body)
	}
	return found
}

// readCorpus makes a host of a transcript.
func readCorpus(t testing.TB, name, output string) estate.Host {
	t.Helper()
	read := readTranscript(output, "corpus")
	require.True(t, read.hello && read.bye, name)
	h := estate.UnreadHost(name, estate.Production, estate.Collection{Account: pairs(read.body("identity"))["me"], Coverage: estate.Known})
	fill(&h, read)
	return h
}

// golden is a host as it is saved, but for the sections of which its transcript has no frame: a new probe does not
// change what older ones tell.
func golden(t testing.TB, h estate.Host) []byte {
	t.Helper()
	whole, err := json.Marshal(h)
	require.NoError(t, err)
	var sections map[string]any
	require.NoError(t, json.Unmarshal(whole, &sections))
	maps.DeleteFunc(sections, func(_ string, section any) bool {
		s, ok := section.(map[string]any)
		return ok && (s["coverage"] == string(estate.NotAsked) || s["coverage"] == string(estate.Failed) && s["problem"] == "the host skipped the question")
	})
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	require.NoError(t, encoder.Encode(sections))
	return b.Bytes()
}

// TestCorpus reads each transcript, and compares with the golden file beside it.
func TestCorpus(t *testing.T) {
	t.Parallel()
	transcripts := corpus(t)
	require.Len(t, transcripts, 21)
	for name, output := range transcripts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := readCorpus(t, name, output)
			requireClean(t, h)
			file, got := "testdata/corpus/"+name+".json", golden(t, h)
			if *update {
				require.NoError(t, os.WriteFile(file, got, 0o600))
			}
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			require.Equal(t, string(want), string(got))
		})
	}
}

// told says a host in lines that a person would write down.
func told(h estate.Host) []string {
	var found []string
	say := func(format string, args ...any) {
		found = append(found, strings.Join(strings.Fields(fmt.Sprintf(format, args...)), " "))
	}
	for _, i := range h.Interfaces.Value {
		say("interface %s %s", i.Name, strings.Join(i.Addresses, " "))
	}
	for _, p := range h.Processes.Value {
		say("process %s by %s in %s ×%d", p.Program, p.User, p.Unit, p.Count)
	}
	for _, l := range h.Listeners.Value {
		say("listener %s %s:%d %s by %s", l.Protocol, l.Address, l.Port, l.Process, l.User)
	}
	for _, c := range h.Connections.Value {
		say("connection %s:%d %s:%d %s ×%d", c.LocalAddress, c.LocalPort, c.PeerAddress, c.PeerPort, c.Process, c.Count)
	}
	for _, u := range h.Units.Value {
		say("unit %s %s %s %s", u.Kind, u.Name, u.Active, u.Enabled)
	}
	for _, s := range h.Schedules.Value {
		last := ""
		if !s.LastRun.IsZero() {
			last = "last " + s.LastRun.Format("2006-01-02 15:04:05")
		}
		if s.CatchesUp {
			last += " catches up"
		}
		say("schedule %s [%s] %s %s %s %s", s.Where, s.When, s.User, s.Program, strings.Join(s.Hosts, " "), last)
	}
	for _, m := range h.Mounts.Value {
		say("mount %s %s %s mounted=%t fstab=%t ro=%t %d/%d %s", m.Target, m.Type, m.Source, m.Mounted, m.InFstab, m.ReadOnly, m.UsedBytes>>20, m.SizeBytes>>20, m.RemoteHost)
	}
	for _, a := range h.Accounts.Value {
		say("account %s %d keys=%d", a.Name, a.UID, a.Keys)
	}
	for _, a := range h.Applications.Value {
		say("application %s %s running=%t", a.Kind, a.Version, a.Running)
	}
	return found
}

// expectation is what a person who knows the distribution would expect of its host.
type expectation struct {
	os, version, init, virtualisation string
	packages                          int
	problem                           string // what is said of schedules
	has, lacks                        []string
}

// TestCorpusByHand holds the corpus to facts written by hand, so that a golden file alone does not judge.
func TestCorpusByHand(t *testing.T) {
	t.Parallel()
	const others = "other users' crontabs may not be read"
	expected := maps.Collect(func(yield func(string, expectation) bool) {
		for _, family := range []map[string]expectation{debians(others), ubuntus(others), redHats(others), slesAndAlpines(others)} {
			for name, e := range family {
				if !yield(name, e) {
					return
				}
			}
		}
	})
	transcripts := corpus(t)
	require.ElementsMatch(t, slices.Collect(maps.Keys(transcripts)), slices.Collect(maps.Keys(expected)))
	for name, e := range expected {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := readCorpus(t, name, transcripts[name])
			i := h.Identity.Value
			require.Equal(t, [4]string{e.os, e.version, e.init, e.virtualisation}, [4]string{i.OS, i.OSVersion, i.Init, i.Virtualisation})
			require.NotEmpty(t, i.OSName)
			require.Len(t, h.Packages.Value, e.packages)
			require.Equal(t, e.problem, h.Schedules.Problem)
			lines := told(h)
			for _, line := range e.has {
				require.Contains(t, lines, line)
			}
			for _, part := range e.lacks {
				require.NotContains(t, strings.Join(lines, "\n"), part)
			}
		})
	}
}

func debians(others string) map[string]expectation {
	return map[string]expectation{
		"debian-8": {"debian", "8", "systemd", "vmware", 10, others, []string{
			"interface eth0 10.20.1.11/24 10.20.1.12/24 fe80::250:56ff:fe9a:1108/64",
			"process odoo.py by odoo in odoo.service ×3",
			"listener tcp *:8069 odoo.py by odoo",
			"listener tcp *:22 by root",
			"connection 10.20.1.11:0 10.20.1.21:5432 odoo.py ×2",
			"unit service odoo-report-cleanup.service failed static",
			"unit service odoo.service active enabled",
			"schedule odoo-report-cleanup.timer [daily] odoo odoo-report-cleanup last 2026-03-05 00:00:12",
			"schedule systemd-tmpfiles-clean.timer [OnBootSec=15min, OnUnitActiveSec=1d] root systemd-tmpfiles",
			"schedule /etc/cron.d/odoo-backup [30 1 * * *] odoo rsync vault.alder.example",
			"mount /srv/filestore xfs /dev/sdb1 mounted=true fstab=true ro=false 69534/102350",
			"mount /mnt/scans cifs //nas01.alder.example/scans mounted=true fstab=true ro=true 0/0 nas01.alder.example",
			"application odoo 8.0.20170101 running=true",
		}, []string{"sshd.service", " syslog.service", "exim4", "dpkg-old", "hl7-export", "10.20.0.4"}},
		"debian-9": {"debian", "9", "systemd", "kvm", 9, others, []string{
			"process postgres by postgres in postgresql@9.6-main.service ×5",
			"listener tcp *:5432 postgres by postgres",
			"connection 10.20.1.21:5432 10.20.1.22:0 postgres ×1",
			"schedule pg-dump.timer [*-*-* 02:00:00, Sat *-*-* 14:00:00] postgres pg_dump last 2026-03-03 02:00:04",
			"mount /var/lib/postgresql ext4 /dev/mapper/vgdata-pgdata--with--a--rather--long--logical--volume--name mounted=true fstab=true ro=false 314563/503836",
			"account postgres 107 keys=0",
		}, []string{"44873"}},
		"debian-10": {"debian", "10", "systemd", "microsoft", 7, others, []string{
			"interface tun0 10.99.0.6/32",
			"listener tcp *:6661 mirth-server-launcher.jar by mirth",
			"connection 10.20.1.31:6661 10.20.5.17:0 mirth-server-launcher.jar ×1",
			"connection 10.99.0.6:0 192.0.2.77:2575 mirth-server-launcher.jar ×1",
			"unit service mirth-archive.service failed static",
			"unit service openvpn@partner.service active",
			"schedule mirth-archive.timer [Mon..Fri *-*-* 19:30:00, OnBootUSec=10min] mirth mirth-archive last 2026-03-02 19:30:17",
			"schedule /etc/cron.d/vpn-check [@reboot] root vpn-check vpn.partner.example",
			"schedule crontab of assess [0 7 * * mon-fri] assess report.sh",
			"mount /srv/hl7 nfs4 10.20.1.40:/export/hl7 mounted=true fstab=true ro=false 0/0 10.20.1.40",
		}, []string{"mirth-poke", "user@1005", "run-user-1005"}},
		"debian-11": {"debian", "11", "systemd", "kvm", 7, others, []string{
			"process nginx by www-data in nginx.service ×2",
			"listener tcp *:443 nginx by root",
			"listener tcp 127.0.0.1:8069 odoo by odoo",
			"connection 127.0.0.1:0 127.0.0.1:8069 nginx ×1",
			"mount /var/lib/odoo xfs /dev/sdb mounted=true fstab=true ro=false 117510/204700",
			"schedule logrotate.timer [*-*-* 00:00:00] root logrotate last 2026-03-03 00:00:01 catches up",
		}, nil},
		"debian-12": {"debian", "12", "systemd", "amazon", 6, "", []string{
			"process odoo by 101 in docker container ×1",
			"listener tcp *:8069 docker by root",
			"listener udp 10.20.1.42:68 systemd-networkd by systemd-network",
			"schedule backup-filestore.timer [*-*-* 03:15:00] root restic s3.eu-central-1.vault.example:443 last 2026-03-03 03:16:20",
			"schedule dpkg-db-backup.timer [*-*-* 00:00:00] root dpkg-db-backup catches up",
		}, []string{"sshd.service", "timesync1"}},
		"debian-13": {"debian", "13", "systemd", "kvm", 7, others, []string{
			"listener tcp *:5432 postgres by postgres",
			"listener udp ::1:323 chronyd by root",
			"unit service pgbackrest-full.service failed static",
			"unit mount tmp.mount active static",
			"schedule /etc/cron.d/pgbackrest-diff [0 1 * * 1-6] postgres pgbackrest",
		}, []string{"chronyd.service", "sshd-session", "mount /tmp"}},
	}
}

func ubuntus(others string) map[string]expectation {
	return map[string]expectation{
		"ubuntu-14.04": {"ubuntu", "14.04", "upstart", "vmware", 7, others, []string{
			"unit upstart ssh active enabled",
			"unit upstart hl7-poller inactive disabled",
			"unit upstart openerp-longpoll inactive enabled",
			"unit upstart network-interface active enabled",
			"unit init.d openerp unknown enabled",
			"unit upstart mysql active enabled",
			"listener tcp *:8069 openerp-server by openerp",
			"listener tcp 127.0.0.1:3306 mysqld by mysql",
			"mount / ext4 /dev/disk/by-uuid/1f2e3d4c-5b6a-4978-8695-a4b3c2d1e0f9 mounted=true fstab=true ro=false 8906/19021",
			"schedule /etc/cron.d/php5 [09,39 * * * *] root sessionclean",
		}, []string{"init.d mysql", "rootfs", "old.sh", "backup.sh"}},
		"ubuntu-16.04": {"ubuntu", "16.04", "systemd", "oracle", 5, others + "; timers: it ended with exit code 1", []string{
			"unit service postgresql.service unknown enabled",
			"unit timer motd-news.timer unknown disabled",
			"listener tcp 127.0.0.1:5432 postgres by postgres",
			"schedule /etc/cron.d/mdadm [57 0 * * 0] root checkarray",
		}, []string{"lxcfs", "lims-export.timer ["}},
		"ubuntu-18.04": {"ubuntu", "18.04", "systemd", "vmware", 6, others, []string{
			"listener tcp *:8069 odoo-bin by odoo",
			"schedule odoo-filestore-sync.timer [*:0/15] odoo lftp vault.alder.example:22 last 2026-03-04 00:15:01",
			"mount /snap/core18/2829 squashfs /dev/loop0 mounted=true fstab=false ro=true 55/55",
		}, []string{"dbus-org", "unit service sshd"}},
		"ubuntu-20.04": {"ubuntu", "20.04", "systemd", "none", 5, others, []string{
			"listener tcp *:4242 Orthanc by orthanc",
			"listener tcp *:10050 by zabbix",
			"connection 10.20.1.54:4242 10.20.6.31:0 Orthanc ×1",
			"schedule /etc/cron.d/dicom-forward [0 5 * * *] orthanc rsync pacs-archive.partner.example",
			"mount /srv/dicom xfs /dev/md0 mounted=true fstab=true ro=false 18662131/22887272",
		}, nil},
		"ubuntu-22.04": {"ubuntu", "22.04", "systemd", "microsoft", 6, others, []string{
			"listener tcp 127.0.0.1:6379 redis-server by redis",
			"schedule odoo-warmup.timer [OnUnitActiveUSec=1h, OnStartupUSec=30s] odoo curl erp16.alder.example:80 last 2026-03-03 09:12:44",
			"mount /srv/scans cifs //alderstore.file.storage.example/scans mounted=true fstab=true ro=false 0/0 alderstore.file.storage.example",
		}, []string{"unit service redis.service"}},
		"ubuntu-24.04": {"ubuntu", "24.04", "systemd", "google", 5, "", []string{
			"interface ens4 10.20.1.56/32",
			"listener tcp *:22 sshd by root",
			"unit socket ssh.socket active enabled",
			"unit service ssh.service active disabled",
			"listener tcp 127.0.0.1:8069 odoo-bin by odoo18",
		}, nil},
	}
}

func redHats(others string) map[string]expectation {
	return map[string]expectation{
		"centos-6": {"centos", "6.10", "upstart", "kvm", 9, "", []string{
			"interface eth1",
			"interface eth0.12 10.20.12.61/24",
			"listener tcp *:22 sshd by root",
			"listener tcp *:23 xinetd by root",
			"listener tcp *:2575 java by hl7",
			"listener tcp *:3306 mysqld by mysql",
			"connection 10.20.12.61:2575 10.20.12.80:0 java ×1",
			"unit init.d httpd active enabled",
			"unit init.d hl7router unknown enabled",
			"unit init.d vsftpd unknown disabled",
			"unit upstart tty active disabled",
			"unit upstart control-alt-delete inactive enabled",
			"schedule /etc/anacrontab [@daily] root run-parts catches up",
			"schedule /etc/anacrontab [@weekly] root run-parts catches up",
			"schedule /etc/anacrontab [@monthly] root run-parts catches up",
			"schedule /etc/cron.d/lab-results [*/5 6-20 * * mon-fri] hl7 lftp labor.partner.example:22",
			"schedule /var/spool/cron/svenja [@reboot] svenja tunnel",
			"schedule /etc/cron.daily [@daily] root mysql-dump.cron",
			"mount / ext4 /dev/mapper/vg_alderlab6-lv_root mounted=true fstab=true ro=false 16816/27757",
		}, []string{"rootfs", "rpmsave", "usbfs"}},
		"centos-7": {"centos", "7", "systemd", "vmware", 8, others, []string{
			"unit service kdump.service failed enabled",
			"unit service postgresql-9.6.service active enabled",
			"listener tcp *:5432 by postgres",
			"schedule pgbackrest.timer [*-*-* 03:00:00] postgres pgbackrest vault.alder.example last 2026-03-03 03:00:04",
			"schedule systemd-tmpfiles-clean.timer [OnBootSec=15min, OnUnitActiveSec=1d] root systemd-tmpfiles last 2026-03-03 08:02:03",
			"mount / xfs /dev/mapper/centos-root mounted=true fstab=true ro=false 9101/51175",
		}, []string{"unit service ntpd", "gpg-pubkey"}},
		"rhel-8": {"rhel", "8.10", "systemd", "vmware", 5, others, []string{
			"listener tcp *:443 haproxy by root",
			"connection 10.20.1.63:0 10.20.1.41:443 haproxy ×1",
			"unit service sssd.service inactive enabled",
			"schedule dnf-makecache.timer [OnUnitInactiveUSec=1h, OnBootUSec=10min] root dnf last 2026-03-03 10:02:11",
		}, nil},
		"rhel-9": {"rhel", "9.5", "systemd", "kvm", 4, others, []string{
			"process odoo by 100100 in podman container ×1",
			"listener tcp *:8069 conmon by pods",
			"unit timer podman-auto-update.timer inactive disabled",
			"schedule podman-auto-update.timer [*-*-* 00:00:00] root podman catches up",
		}, nil},
		"rocky-9": {"rocky", "9.4", "systemd", "amazon", 4, others, []string{
			"listener tcp 10.20.1.65:6379 redis-server by redis",
			"listener tcp *:22 by root",
			"schedule /etc/cron.d/redis-copy [0 */6 * * *] redis aws s3.vault.example:443",
		}, nil},
	}
}

func slesAndAlpines(others string) map[string]expectation {
	return map[string]expectation{
		"sles-12": {"sles", "12.5", "systemd", "vmware", 6, others, []string{
			"schedule /etc/crontab [*/15 * * * *] root run-crons",
			"schedule /etc/cron.d/ris-export [30 3 * * *] ris export archive.partner.example:21",
			"schedule snapper-cleanup.timer [OnBootSec=10m, OnUnitActiveSec=1d] root systemd-helper last 2026-03-03 14:40:01",
			"unit service mysql.service active enabled",
			"mount /var/log btrfs /dev/sda2 mounted=true fstab=true ro=false 11719/40958",
			"schedule /etc/cron.daily [@daily] root suse.de-backup-rc.config",
		}, []string{"mariadb.service", "account +"}},
		"sles-15": {"sles", "15.5", "systemd", "kvm", 5, others, []string{
			"listener tcp 10.20.1.72:5432 postgres by postgres",
			"schedule pg-vacuum.timer [Sat *-*-* 23:00:00] postgres vacuumdb last 2026-02-28 23:00:01",
			"mount /var btrfs /dev/vda3 mounted=true fstab=true ro=false 20508/81920",
		}, []string{"fin-export"}},
		"alpine-3.12": {"alpine", "3.12.12", "openrc", "xen", 5, others, []string{
			"process lighttpd by lighttpd in lighttpd ×1",
			"unit init.d lighttpd active enabled",
			"unit init.d ntpd failed enabled",
			"unit init.d netmount inactive disabled",
			"unit init.d hwclock active enabled",
			"schedule /etc/periodic/15min [*/15 * * * *] root odoo-ping",
			"schedule /etc/periodic/daily [@daily] root copy-site",
			"mount / ext4 /dev/xvda3 mounted=true fstab=true ro=false 1289/7999",
			"mount /media/cdrom iso9660 /dev/cdrom mounted=false fstab=true ro=true 0/0",
		}, []string{"ignored.sh", "listener tcp *:80 lighttpd"}},
		"alpine-3.20": {"alpine", "3.20.6", "openrc", "qemu", 6, others, []string{
			"interface eth0 10.20.1.82/24 fe80::5054:ff:fe82:1/64",
			"process nginx by nginx in nginx ×1",
			"listener tcp 127.0.0.1:6379 redis-server by redis",
			"connection 10.20.1.82:0 10.20.1.41:443 nginx ×1",
			"unit init.d nginx active enabled",
		}, nil},
	}
}
