package host

import (
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nightferry/internal/estate"
)

func at(s string) time.Time {
	t, _ := time.Parse(time.DateTime, s)
	return t
}

func TestBackups(t *testing.T) {
	t.Parallel()
	h := keptHost(func(h *estate.Host) {
		h.Applications.Value = []estate.Application{{Kind: "postgresql"}}
		h.Schedules.Value = []estate.Schedule{
			{Kind: "cron", Where: "/etc/cron.d/nightly", Program: "nightly"}, {Kind: "cron", Where: "/etc/crontab", Program: "logrotate"},
			{Kind: "timer", Where: "pgbackrest-full.timer", Program: "pgbackrest"}, {Kind: "timer", Where: "home-backup.timer", Program: "borg", LastRun: at("2024-05-01 00:00:00")},
			{Kind: "timer", Where: "dpkg-db-backup.timer", Program: "dpkg-db-backup"}, {Kind: "timer", Where: "x-backup.timer", Program: "x"},
		}
	})
	body := "zone +0200\ntail /usr/bin/tail\nconf /etc/pgbackrest/pgbackrest.conf\nconf /etc/wal-g.yaml\nscript nightly pg_dump\nlog /var/log/nightly.log 1700000000 12 2024-04-01T02:00:00 2024-05-02T02:00:00 1\n" +
		"log /var/log/old-backup.log 1700000000 0 - - 0\nlog /var/log/stuck-backup.log 1700000000 3 2024-01-01T02:00:00 2024-01-03T02:00:00 0\nlog /var/log/bare-backup.log 1700000000 3 - - 1\n" +
		"closed /var/log/pg_dump.log 1700000000\n\nId=pgbackrest-full.service\nResult=success\nExecMainStatus=0\nExecMainExitTimestamp=Wed 2024-05-01 03:00:00 UTC\n\n" +
		"Id=home-backup.service\nExecMainStatus=0\nExecMainExitTimestamp=\n\nId=x-backup.service\nExecMainStatus=2\nExecMainExitTimestamp=Wed 2024-05-01 03:00:00 UTC\n"
	w := parseWalk("f\t14\t140\t1700000000\t1700000900\t10\t/var/backups/pg\t*.dump\nf\t3\t30\t1700000000\t1700000100\t10\t/srv/base-*\t*.tar.gz\nf\t9\t90\t1700000000\t1700000100\t0\t/var/lib/postgresql/wal_archive\tWAL\n" +
		"f\t5\t50\t1\t2\t3\t/srv/scans\t*.zip\nd\t1700000000\t/data/dump\nd\t1700000000\t/srv/other\n")
	s := backups(h, transcript{frames: map[string]frame{"backups": {body: body}, "programs": {body: "ls=/bin/ls\n"}, "identity": {body: "me=assess"}}}, w)
	require.Equal(t, estate.Known, s.Coverage)
	require.Equal(t, "sudo: assess ALL=(root) NOPASSWD: /usr/bin/tail -n 2000 /var/log/pg_dump.log, /bin/ls -lnR --full-time /data/dump", s.Grant)
	nov := time.Unix(1700000000, 0).UTC()
	require.Equal(t, []estate.Backup{
		{Tool: "backup", Where: "/data/dump", Sign: "file", Problem: "closed to this account; a file was last added or removed there on 2023-11-14"},
		{Tool: "pg_dump", Where: "/etc/cron.d/nightly", Sign: "schedule"},
		{Tool: "pgbackrest", Where: "/etc/pgbackrest/pgbackrest.conf", Sign: "configuration"},
		{Tool: "wal-g", Where: "/etc/wal-g.yaml", Sign: "configuration"},
		{Tool: "pg_basebackup", Where: "/srv/base-*/*.tar.gz", Sign: "file", Oldest: nov, Newest: nov.Add(100 * time.Second), Count: 3, Bytes: 10},
		{Tool: "pg_dump", Where: "/var/backups/pg/*.dump", Sign: "file", Oldest: nov, Newest: nov.Add(900 * time.Second), Count: 14, Bytes: 10},
		{Tool: "wal-archive", Where: "/var/lib/postgresql/wal_archive/WAL segments", Sign: "file", Oldest: nov, Newest: nov.Add(100 * time.Second), Count: 9, Problem: "the newest file is empty"},
		{Tool: "backup", Where: "/var/log/bare-backup.log", Sign: "log", Count: 3, Newest: nov},
		{Tool: "pg_dump", Where: "/var/log/nightly.log", Sign: "log", Count: 12, Oldest: at("2024-04-01 00:00:00"), Newest: at("2024-05-02 00:00:00")},
		{Tool: "backup", Where: "/var/log/old-backup.log", Sign: "log", Problem: "no line in it tells of success"},
		{Tool: "pg_dump", Where: "/var/log/pg_dump.log", Sign: "log", Problem: "closed to this account; last written to on 2023-11-14"},
		{Tool: "backup", Where: "/var/log/stuck-backup.log", Sign: "log", Count: 3, Oldest: at("2023-12-31 00:00:00").Add(24 * time.Hour), Newest: at("2024-01-03 00:00:00"), Problem: "its last line does not tell of success"},
		{Tool: "borg", Where: "home-backup.timer", Sign: "timer", Problem: "how its last run ended is not known: the machine was started again since"},
		{Tool: "pgbackrest", Where: "pgbackrest-full.timer", Sign: "timer", Newest: at("2024-05-01 03:00:00"), Count: 1},
		{Tool: "backup", Where: "x-backup.timer", Sign: "timer", Problem: "its last run, on 2024-05-01, ended with exit code 2"},
	}, s.Value)

	s = backups(keptHost(func(*estate.Host) {}), transcript{frames: map[string]frame{"backups": {body: "zone +0000\n"}}}, parseWalk("d\t1700000000\t/var/backups/pg\n"))
	require.Equal(t, estate.Denied, s.Coverage, "a closed folder is no missing backup")
	s = backups(keptHost(func(*estate.Host) {}), transcript{frames: map[string]frame{"backups": {body: "zone +0000\n"}}}, walked{})
	require.Equal(t, estate.Known, s.Coverage)
	require.Empty(t, s.Value)
}

// TestBackupLogs runs the part of the probe that reads logs, as it is, in each awk there is.
func TestBackupLogs(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ log, want string }{
		"a lock that nobody took away": {"2026-09-26 02:31:07 done 6286651 bytes\n2026-10-09 02:31:07 done 6286651 bytes\n2026-11-24 02:30:01 already running, lock exists, nothing done\n", "log L 9 2 2026-09-26T02:31:07 2026-10-09T02:31:07 0"},
		"pgbackrest":                   {"2024-05-01 02:00:12.345 P00   INFO: backup command begin 2.40\n2024-05-01 02:10:12.345 P00   INFO: backup command end: completed successfully (600000ms)\n", "log L 9 1 2024-05-01T02:10:12 2024-05-01T02:10:12 1"},
		"no errors":                    {"2024-05-01T02:00:00 backup of Quarzling finished with 0 errors\n", "log L 9 1 2024-05-01T02:00:00 2024-05-01T02:00:00 1"},
		"errors":                       {"2024-05-01T02:00:00 finished with 10 errors\n2024-05-02T02:00:00 could not be completed\n", "log L 9 0 - - 0"},
		"no dates":                     {"snapshot 1a2b3c4d saved\n", "log L 9 1 - - 1"},
		"denied":                       {"@denied@\n", "closed L 9"},
		"empty":                        {"", "log L 9 0 - - 0"},
	}
	for name, awk := range awks(t) {
		for title, tt := range tests {
			t.Run(name+" "+title, func(t *testing.T) {
				t.Parallel()
				cmd := exec.CommandContext(t.Context(), awk[0], append(awk[1:], "-v", "f=L", "-v", "at=9", logLines)...)
				cmd.Stdin = strings.NewReader(tt.log)
				out, err := cmd.Output()
				require.NoError(t, err)
				require.Equal(t, tt.want, strings.TrimSpace(string(out)))
			})
		}
	}
}
